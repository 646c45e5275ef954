/** One person: who they are, what is known, what happened, and why they do or do not hear from us. */
import { Anchor, Button, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useParams, useSearchParams } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { day } from "~/app/format";
import { Empty } from "~/kit/Empty";
import { Face } from "~/kit/Face";
import { Fault } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { Page } from "~/kit/Page";
import styles from "./person.module.css";
import { Actions } from "./profile/Actions";
import { Aside } from "./profile/Aside";
import { Consents } from "./profile/Consents";
import { Decisions } from "./profile/Decisions";
import { Devices } from "./profile/Devices";
import { Erasure } from "./profile/Erasure";
import { Rest } from "./profile/Rest";
import { Segments } from "./profile/Segments";
import { Timeline } from "./profile/Timeline";
import { Traits } from "./profile/Traits";

export type Person = Schemas["PersonShown"];

/** The tabs in their order; each is an address of its own: `?tab=consents`. */
const TABS: Record<string, ComponentType<{ person: Person }>> = {
  timeline: Timeline,
  traits: Traits,
  consents: Consents,
  segments: Segments,
  decisions: Decisions,
  devices: Devices,
  rest: Rest,
};

export function Component() {
  const { pid = "" } = useParams();
  const [params] = useSearchParams();
  const { t } = useTranslation("people");
  const erasure = Number(params.get("erasure"));
  if (erasure > 0) {
    return <Erasure command={erasure} />;
  }
  return /^[1-9]\d{0,17}$/.test(pid) ? (
    <Profile key={pid} pid={Number(pid)} />
  ) : (
    <Page title={t("person")} above={<Back />}>
      <Nobody />
    </Page>
  );
}

function Back() {
  const { t } = useTranslation("people");
  return (
    <Anchor component={Link} to="/people">
      {t("title")}
    </Anchor>
  );
}

function Nobody() {
  const { t } = useTranslation("people");
  return (
    <Empty
      title={t("noPerson")}
      action={
        <Button component={Link} to="/people">
          {t("toPeople")}
        </Button>
      }
    >
      {t("noPersonFix")}
    </Empty>
  );
}

function Profile({ pid }: { pid: number }) {
  const { t } = useTranslation("people");
  const query = useQuery({
    queryKey: ["person", pid],
    queryFn: () => body(api.GET("/api/people/{pid}", { params: { path: { pid } } })),
  });
  const person = query.data;
  if (!person) {
    return (
      <Page title={t("person")} above={<Back />} ready={query.isError}>
        {query.isError ? (
          <Unknown fault={query.error} again={query.refetch} />
        ) : (
          <Loading rows={12} />
        )}
      </Page>
    );
  }
  return person.pid === pid ? (
    <Known person={person} />
  ) : (
    <Navigate to={`/people/${person.pid}`} replace />
  );
}

function Unknown({ fault, again }: { fault: Error; again: () => unknown }) {
  return "status" in fault && fault.status === 404 ? (
    <Nobody />
  ) : (
    <Fault fault={fault} again={again} />
  );
}

/** What somebody is called in full: their name, else an address, else their number. */
export function useCalled(): (person: Person) => string {
  const { t } = useTranslation("people");
  return (person) => {
    const trait = (name: string) => person.traits.find((one) => one.name === name)?.value;
    const parts = [trait("first_name"), trait("last_name")].filter(Boolean).join(" ");
    const known = trait("name") || parts || person.addresses.email || person.addresses.phone;
    return known ? String(known) : t("numbered", { pid: person.pid });
  };
}

function Known({ person }: { person: Person }) {
  const { t, i18n } = useTranslation("people");
  const called = useCalled()(person);
  const trait = (name: string) => {
    const value = person.traits.find((one) => one.name === name)?.value;
    return value ? String(value) : "";
  };
  const spoken = trait("language");
  const language = i18n.exists(`people:language.${spoken}`) ? t(`language.${spoken}`) : spoken;
  const about = [trait("city"), language, t("since", { day: day(person.created) })];
  return (
    <Page
      title={called}
      about={about.filter(Boolean).join(" · ")}
      above={<Back />}
      mark={<Face name={called} size={48} />}
      actions={<Actions person={person} />}
    >
      <div className={styles.profile}>
        <aside className={styles.aside} aria-label={t("facts")}>
          <Aside person={person} />
        </aside>
        <Tabbed person={person} />
      </div>
    </Page>
  );
}

function Tabbed({ person }: { person: Person }) {
  const { t } = useTranslation("people");
  const [params, setParams] = useSearchParams();
  const wished = params.get("tab") ?? "";
  const tab = wished in TABS ? wished : "timeline";
  return (
    <Tabs
      className={styles.tabs}
      value={tab}
      keepMounted={false}
      onChange={(next) => setParams(next && next !== "timeline" ? { tab: next } : {})}
    >
      <Tabs.List className={styles.list} aria-label={t("about")}>
        {Object.keys(TABS).map((name) => (
          <Tabs.Tab key={name} value={name}>
            {t(`tab.${name}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {Object.entries(TABS).map(([name, Body]) => (
        <Tabs.Panel key={name} value={name} pt={16}>
          <Body person={person} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
