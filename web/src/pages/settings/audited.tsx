/** The audit log in words: who did what, and on what, with its page where it has one. */
import { Anchor } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMay } from "~/app/session";
import { CHANNELS, kindOf, useChannelName } from "~/kit/channels";
import { useTeam } from "./data";

interface Words {
  action: Record<string, string>;
  /** Whoever acts and is neither of the team nor a key: "worker". */
  actor: Record<string, string>;
  /** What one line is about, before its name: "Campaign" of "campaign:welcome". */
  kind: Record<string, string>;
  /** What is one and has no name: "events". */
  whole: Record<string, string>;
}

/** The pseudonyms of people who were erased begin here; they have no page. */
const ERASED_FROM = 2 ** 62;
/** Made-up names, as of imports and conversations, are told apart by their first letters. */
const MADE_UP = /^(?=.*[a-f])[0-9a-f]{16,}$/;
const MADE_UP_CHARS = 8;

const PAGES: Readonly<Record<string, (id: string) => string>> = {
  bonus: () => "/shop/bonuses",
  breach: () => "/settings/privacy?tab=breaches",
  campaign: (id) => `/campaigns/${id}`,
  channel: (id) => `/settings/channels/${id}`,
  claims: () => "/reports/claims",
  command: () => "/settings/privacy?tab=erasures",
  conversation: (id) => `/replies/${id}`,
  coupons: () => "/shop/coupons",
  erasure: () => "/settings/privacy?tab=erasures",
  events: () => "/settings/refused",
  export: () => "/settings/exports",
  feed: () => "/shop/feeds",
  goal: () => "/settings/goals",
  import: (id) => `/settings/imports/${id}`,
  inbound: () => "/settings/webhooks",
  key: () => "/settings/keys",
  outbound: () => "/settings/webhooks",
  outlets: () => "/shop/outlets",
  person: (id) => (Number(id) < ERASED_FROM ? `/people/${id}` : ""),
  rights: () => "/settings/privacy",
  segment: (id) => `/segments/${id}`,
  settings: (id) =>
    CHANNELS.includes(kindOf(accountOf(id)))
      ? `/settings/channels/${accountOf(id)}`
      : "/settings/shop",
  spend: () => "/shop/spend",
  team: () => "/settings/team",
  template: (id) => `/templates/${id}`,
  topic: () => "/settings/topics",
};

/** An account of a channel as its settings are named: telegram.promo of telegram/promo. */
const accountOf = (section: string) => section.replace(".", "/");

/** "channel:telegram/promo" as its kind and its name. */
function parts(subject: string): [kind: string, id: string] {
  const [kind = "", ...rest] = subject.split(":");
  return [kind, rest.join(":")];
}

export function useAudited() {
  const { t, i18n } = useTranslation(["audit", "settings"]);
  const channel = useChannelName();
  const team = useTeam(useMay("team", 1)).data?.items ?? [];
  const words: Words = i18n.getResourceBundle(i18n.language, "audit");
  const names: Readonly<Record<string, (id: string) => string>> = {
    channel,
    settings: (id) => {
      const title = `settings:section.${id}.title`;
      return i18n.exists(title) ? t(title) : channel(accountOf(id));
    },
    team: (id) => {
      const member = team.find((one) => one.email === id || String(one.id) === id);
      return member?.name || member?.email || id;
    },
  };
  const named = (kind: string, id: string) =>
    names[kind]?.(id) ?? (MADE_UP.test(id) ? id.slice(0, MADE_UP_CHARS) : id);
  return {
    actor: (actor: string) => {
      const [kind, id] = parts(actor);
      if (kind === "key") {
        return `${words.kind.key} ${id}`;
      }
      return kind === "team" ? named(kind, id) : (words.actor[actor] ?? actor);
    },
    action: (action: string) => words.action[action] ?? action,
    /** Every action that there is, by its words; also one that is asked for and is none. */
    choices: (asked: string) => {
      const known = Object.entries(words.action).map(([value, label]) => ({ value, label }));
      known.sort((one, other) => one.label.localeCompare(other.label, i18n.language));
      const strange = asked && !known.some(({ value }) => value === asked);
      return strange ? [{ value: asked, label: asked }, ...known] : known;
    },
    /** What a line is about, as a link where it has a page. */
    about: (subject: string): ReactNode => {
      const [kind, id] = parts(subject);
      const word = (id ? words.kind : words.whole)[kind];
      if (!word) {
        return subject;
      }
      const said = id ? `${word} ${named(kind, id)}` : word;
      const page = PAGES[kind]?.(id);
      return page ? (
        <Anchor component={Link} to={page}>
          {said}
        </Anchor>
      ) : (
        said
      );
    },
  };
}
