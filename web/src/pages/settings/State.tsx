/** What a part of the settings is like now, in a few words. */
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { ago, whole } from "~/app/format";
import { useMember } from "~/app/session";
import { Pill } from "~/kit/Pill";
import {
  useAccounts,
  useBreaches,
  useDefinitions,
  useHealth,
  useImports,
  useInbound,
  useKeys,
  useOutbound,
  useRefusedCounts,
  useRequests,
  useTeam,
} from "./data";

const STATES: Record<string, ComponentType> = {
  shop: Shop,
  channels: Channels,
  topics: () => <Defined kind="topic" />,
  goals: () => <Defined kind="goal" />,
  imports: Imports,
  refused: Refused,
  webhooks: Webhooks,
  keys: Keys,
  team: Team,
  me: Me,
  privacy: Privacy,
};

export function State({ part }: { part: string }) {
  const Known = STATES[part];
  return Known ? <Known /> : null;
}

function Count({ of, n }: { of: string; n: number | undefined }) {
  const { t } = useTranslation("settings");
  return n === undefined ? null : t(`state.${of}`, { count: n, n: whole(n) });
}

function Shop() {
  const { shop } = useMember();
  return `${shop.name} · ${shop.currency} · ${shop.time_zone}`;
}

function Channels() {
  const { t } = useTranslation("settings");
  const accounts = useAccounts().data?.items;
  const health = useHealth().data?.items;
  if (!accounts || !health) {
    return null;
  }
  const troubled = health.filter((one) => one.paused || one.notices.length > 0).length;
  return (
    <>
      {t("state.channels", { count: accounts.length })}{" "}
      {troubled ? <Pill tone="warn">{t("state.troubled", { count: troubled })}</Pill> : null}
    </>
  );
}

function Defined({ kind }: { kind: "topic" | "goal" }) {
  return <Count of={kind} n={useDefinitions(kind).data?.items.length} />;
}

function Imports() {
  const { t } = useTranslation("settings");
  const last = useImports().data?.items[0];
  return last ? t("state.import", { name: last.name, when: ago(last.at) }) : null;
}

function Refused() {
  const { t } = useTranslation("settings");
  const counts = useRefusedCounts().data;
  if (!counts) {
    return null;
  }
  const n = Object.values(counts).reduce((sum, one) => sum + one, 0);
  return n ? (
    <Pill tone="warn">{t("state.refused", { count: n, n: whole(n) })}</Pill>
  ) : (
    t("state.noneRefused")
  );
}

function Webhooks() {
  const out = useOutbound().data?.items;
  const into = useInbound().data?.items;
  return <Count of="webhooks" n={out && into && out.length + into.length} />;
}

function Keys() {
  return <Count of="keys" n={useKeys().data?.items.filter((one) => !one.revoked).length} />;
}

function Team() {
  return <Count of="team" n={useTeam().data?.items.length} />;
}

function Me() {
  const { t } = useTranslation("settings");
  return useMember().second_factor ? (
    <Pill tone="good">{t("state.factor")}</Pill>
  ) : (
    t("state.noFactor")
  );
}

function Privacy() {
  const { t } = useTranslation("settings");
  const open = useRequests(false).data?.items.length ?? 0;
  const breaches = useBreaches().data?.items.filter((one) => !one.closed).length ?? 0;
  return (
    <>
      {t("state.requests", { count: open })}{" "}
      {breaches ? <Pill tone="bad">{t("state.breaches", { count: breaches })}</Pill> : null}
    </>
  );
}
