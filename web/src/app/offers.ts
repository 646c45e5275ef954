/** What the command palette offers: things to do and places, and which of them words mean. */
import {
  type Icon,
  IconAddressBook,
  IconFileImport,
  IconKey,
  IconPlus,
  IconQrcode,
  IconTarget,
  IconUserPlus,
} from "@tabler/icons-react";

export const GROUPS = ["newest", "act", "go", "found", "set"] as const;

export interface Offer {
  id: string;
  group: (typeof GROUPS)[number];
  label: string;
  /** What it is, or where it lies. */
  about?: string;
  icon: Icon;
  act: () => void;
  /** Only shown to whoever asks by words. */
  hidden?: boolean;
}

interface Making {
  /** Its name in the words of the frame: `palette.make.<name>`. */
  name: string;
  to: string;
  icon: Icon;
  /** Whoever may change this. */
  area: string;
  hidden?: boolean;
}

export const MAKING: readonly Making[] = [
  { name: "campaign", to: "/campaigns/new", icon: IconPlus, area: "content" },
  { name: "template", to: "/templates/new", icon: IconPlus, area: "content" },
  { name: "segment", to: "/segments/new", icon: IconPlus, area: "content" },
  { name: "import", to: "/settings/imports", icon: IconFileImport, area: "data" },
  { name: "member", to: "/settings/team?new", icon: IconUserPlus, area: "team" },
  { name: "goal", to: "/settings/goals?new", icon: IconTarget, area: "content", hidden: true },
  {
    name: "topic",
    to: "/settings/topics?new",
    icon: IconAddressBook,
    area: "content",
    hidden: true,
  },
  { name: "link", to: "/settings/links", icon: IconQrcode, area: "settings", hidden: true },
  { name: "key", to: "/settings/keys?new", icon: IconKey, area: "settings", hidden: true },
];

const plain = (text: string) => text.toLocaleLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

/** Whether every word that was typed stands in a text, in any order and case. */
export function meant(text: string, typed: string): boolean {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const within = plain(text);
  return words.every((word) => within.includes(word));
}

/** What is shown for what was typed, group by group, each place once. */
export function chosen(offers: readonly Offer[], typed: string): [Offer["group"], Offer[]][] {
  const fitting = typed.trim()
    ? offers.filter((one) => meant(`${one.label} ${one.about ?? ""}`, typed))
    : offers.filter((one) => !one.hidden);
  const seen = new Set<string>();
  return GROUPS.flatMap((group) => {
    const members = fitting.filter((one) => one.group === group && !seen.has(one.id));
    for (const { id } of members) {
      seen.add(id);
    }
    return members.length > 0 ? [[group, members] as [Offer["group"], Offer[]]] : [];
  });
}
