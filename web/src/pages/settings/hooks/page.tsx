/** Programs that tell us something, and programs that we tell; how each fares. */
import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { ago, whole } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { done, failed } from "~/kit/notices";
import { Pill } from "~/kit/Pill";
import { SMALL } from "~/kit/small";
import { useChange } from "../changing";
import { useDefinitions, useInbound, useOutbound } from "../data";
import { Lines } from "../Lines";
import { SettingsPage } from "../SettingsPage";
import styles from "../settings.module.css";
import { Inbound } from "./Inbound";
import { Outbound } from "./Outbound";
import { Secret } from "./Secret";

type Into = Schemas["InboundShown"];
type Out = Schemas["OutboundShown"];
interface Chosen {
  kind: "inbound" | "outbound";
  id: string | null;
}

export function Component() {
  const into = useInbound();
  const out = useOutbound();
  const [chosen, choose] = useState<Chosen | null>(null);
  const known = useDefinitions(chosen?.kind ?? "inbound").data?.items;
  const of = known?.find((one) => one.id === chosen?.id) ?? null;
  const close = () => choose(null);
  const Dialogue = chosen?.kind === "outbound" ? Outbound : Inbound;
  return (
    <SettingsPage part="webhooks" ready={into.isSuccess && out.isSuccess}>
      <Incoming of={into} choose={(id) => choose({ kind: "inbound", id })} />
      <Outgoing of={out} choose={(id) => choose({ kind: "outbound", id })} />
      {chosen && (chosen.id === null || of) ? (
        <Dialogue key={chosen.id} of={of} onClose={close} />
      ) : null}
    </SettingsPage>
  );
}

interface PartProps<T> {
  of: T;
  choose: (id: string | null) => void;
}

function Make({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation("settings_data");
  return useMay("settings") ? (
    <Button variant="default" leftSection={<IconPlus size={16} />} onClick={onClick}>
      {t("hooks.make")}
    </Button>
  ) : null;
}

function Incoming({ of, choose }: PartProps<ReturnType<typeof useInbound>>) {
  const { t } = useTranslation("settings_data");
  return (
    <Card
      title={t("hooks.in")}
      about={t("hooks.inAbout")}
      actions={<Make onClick={() => choose(null)} />}
    >
      <Lines of={of} rows={2} none={t("hooks.noneIn")} fix={t("hooks.noneInFix")}>
        {(one) => <InLine of={one} onOpen={() => choose(one.id)} />}
      </Lines>
    </Card>
  );
}

function InLine({ of, onOpen }: { of: Into; onOpen: () => void }) {
  const { t } = useTranslation(["settings_data", "settings"]);
  const may = useMay("settings");
  const again = useChange({
    of: "hooks",
    act: () => body(api.POST("/api/inbound/{name}/replay", { params: { path: { name: of.id } } })),
    said: (_, { count }) => t("hooks.replayed", { count }),
  });
  return (
    <li className={styles.line}>
      <span className={styles.grow}>
        <b>{of.id}</b>
        <span className={styles.quiet}>
          {" "}
          {t("hooks.told", { count: of.told, n: whole(of.told) })}
          {of.last ? ` · ${ago(of.last)}` : ""}
        </span>
      </span>
      {of.paused ? <Pill>{t("hooks.paused")}</Pill> : null}
      {of.refused + of.partly ? (
        <Pill tone="warn">{t("hooks.unread", { count: of.refused + of.partly })}</Pill>
      ) : null}
      {may && of.refused + of.partly ? (
        <Button {...SMALL} variant="default" onClick={() => again.mutate(null)}>
          {t("hooks.again")}
        </Button>
      ) : null}
      {may ? <Secret kind="inbound" id={of.id} url={of.url} /> : null}
      {may ? (
        <Button {...SMALL} variant="default" onClick={onOpen}>
          {t("settings:change")}
        </Button>
      ) : null}
    </li>
  );
}

function Outgoing({ of, choose }: PartProps<ReturnType<typeof useOutbound>>) {
  const { t } = useTranslation("settings_data");
  return (
    <Card
      title={t("hooks.out")}
      about={t("hooks.outAbout")}
      actions={<Make onClick={() => choose(null)} />}
    >
      <Lines of={of} rows={2} none={t("hooks.noneOut")} fix={t("hooks.noneOutFix")}>
        {(one) => <OutLine of={one} onOpen={() => choose(one.id)} />}
      </Lines>
    </Card>
  );
}

function OutLine({ of, onOpen }: { of: Out; onOpen: () => void }) {
  const { t } = useTranslation(["settings_data", "settings"]);
  const may = useMay("settings");
  const params = { params: { path: { name: of.id } } };
  const test = useChange({
    of: "hooks",
    act: () => body(api.POST("/api/outbound/{name}/test", params)),
    after: (told) =>
      told.ok
        ? done(t("hooks.works", { code: told.code }))
        : failed(t("hooks.fails", { code: told.code }), told.answer),
  });
  const retry = useChange({
    of: "hooks",
    act: () => body(api.POST("/api/outbound/{name}/retry", params)),
    said: (_, { count }) => t("hooks.replayed", { count }),
  });
  return (
    <li className={styles.line}>
      <span className={styles.grow}>
        <b>{of.id}</b> <span className={styles.quiet}>{of.url}</span>
        <div className={styles.quiet}>{of.events.join(", ")}</div>
      </span>
      {of.paused ? <Pill>{t("hooks.paused")}</Pill> : null}
      {of.failing_since ? (
        <Pill tone="bad">{t("hooks.failing", { when: ago(of.failing_since) })}</Pill>
      ) : null}
      {of.given_up ? <Pill tone="warn">{t("hooks.givenUp", { count: of.given_up })}</Pill> : null}
      {may && of.given_up ? (
        <Button {...SMALL} variant="default" onClick={() => retry.mutate(null)}>
          {t("hooks.retry")}
        </Button>
      ) : null}
      {may && !of.gone ? (
        <>
          <Button
            {...SMALL}
            variant="default"
            loading={test.isPending}
            onClick={() => test.mutate(null)}
          >
            {t("hooks.test")}
          </Button>
          <Secret kind="outbound" id={of.id} url="" />
          <Button {...SMALL} variant="default" onClick={onOpen}>
            {t("settings:change")}
          </Button>
        </>
      ) : null}
    </li>
  );
}
