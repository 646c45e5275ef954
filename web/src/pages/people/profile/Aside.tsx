/** Beside the tabs: how a person is reached, what they are worth, whether marketing rests. */
import { CopyButton, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { day, money, whole } from "~/app/format";
import { useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { ChannelIcon, useChannelName } from "~/kit/channels";
import { Loading } from "~/kit/Loading";
import { Note } from "~/kit/Note";
import { Pill } from "~/kit/Pill";
import type { Person } from "../person";
import { useFactName, useValue } from "../words";
import { useWishes } from "./changing";
import styles from "./profile.module.css";

export function Aside({ person }: { person: Person }) {
  return (
    <>
      <Resting pid={person.pid} />
      <Addresses person={person} />
      <Facts pid={person.pid} />
      <Known person={person} />
    </>
  );
}

function Resting({ pid }: { pid: number }) {
  const { t } = useTranslation("people");
  const until = useWishes(pid).data?.pause_until;
  return until ? (
    <Note title={t("pause.until", { day: day(until) })}>{t("pause.about")}</Note>
  ) : null;
}

/** The channel by whose icon an address of this kind is known: a phone is written to by SMS. */
const channelOf = (kind: string) => (kind === "phone" ? "sms" : kind);

function Addresses({ person }: { person: Person }) {
  const { t } = useTranslation("people");
  const channelName = useChannelName();
  const found = Object.entries(person.addresses);
  const silent = new Set(person.suppressions.map((one) => channelOf(one.channel)));
  return (
    <Card title={t("addresses")}>
      {found.length === 0 ? <p className={styles.quiet}>{t("noAddress")}</p> : null}
      <ul className={styles.addresses}>
        {found.map(([kind, address]) => (
          <li key={kind}>
            <ChannelIcon name={channelOf(kind)} />
            <span className="visually-hidden">
              {kind === "phone" ? t("trait.phone") : channelName(kind)}
            </span>
            <Copied text={address} />
            {silent.has(channelOf(kind)) ? <Pill tone="warn">{t("silent")}</Pill> : null}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Copied({ text }: { text: string }) {
  const { t } = useTranslation("people");
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <UnstyledButton className={styles.copied} onClick={copy} title={t("copy")}>
          {copied ? t("copied") : text}
        </UnstyledButton>
      )}
    </CopyButton>
  );
}

const MONEY = ["lifetime_value", "average_order"];
const WHOLE = ["orders", "visits"];
const SHOWN = [
  "lifetime_value",
  "orders",
  "average_order",
  "last_order",
  "top_category",
  "visits",
  "last_visit",
];

function Facts({ pid }: { pid: number }) {
  const { t } = useTranslation("people");
  const { shop } = useMember();
  const factName = useFactName();
  const say = useValue();
  const { data, isError } = useQuery({
    queryKey: ["person", pid, "facts"],
    queryFn: () =>
      body(
        api.GET("/api/facts/people/{pid}", { params: { path: { pid }, query: { limit: 1000 } } }),
      ),
    staleTime: 60_000,
  });
  const facts = new Map(data?.items.map((one) => [one.name, one.value]));
  const shown = SHOWN.filter((name) => facts.has(name) && facts.get(name) !== null);
  const words = (name: string) => {
    const value = facts.get(name);
    if (typeof value === "number" && MONEY.includes(name)) {
      return money(value, shop.currency);
    }
    if (typeof value === "number" && WHOLE.includes(name)) {
      return whole(value);
    }
    return typeof value === "string" && name.startsWith("last_") ? day(value) : say(value);
  };
  return isError ? null : (
    <Card title={t("worth")}>
      {data ? (
        <dl className={styles.facts}>
          {shown.map((name) => (
            <div key={name}>
              <dt>{factName(name)}</dt>
              <dd className="number">{words(name)}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <Loading rows={SHOWN.length} height={26} />
      )}
      {data && shown.length === 0 ? <p className={styles.quiet}>{t("noEvents")}</p> : null}
    </Card>
  );
}

/** By what the shop's own systems know the person. */
function Known({ person }: { person: Person }) {
  const { t, i18n } = useTranslation("people");
  const ids = person.identities.filter((one) => one.value !== person.addresses[one.kind]);
  return ids.length > 0 ? (
    <Card title={t("recognised")}>
      <dl className={styles.facts}>
        {ids.map(({ kind, value }) => (
          <div key={`${kind} ${value}`}>
            <dt>{i18n.exists(`people:identity.${kind}`) ? t(`identity.${kind}`) : kind}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  ) : null;
}
