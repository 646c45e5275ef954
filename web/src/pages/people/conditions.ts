/** The conditions that the list's filters can write, to and from the language of segments. */
import type { Condition } from "./search";

export type TraitType = "text" | "number" | "boolean" | "date" | "time" | "list" | "object";

/** How a trait of each type may be compared; the first is offered first. */
export const COMPARISONS = {
  text: ["is", "is_not", "contains", "known", "unknown"],
  number: ["at_least", "at_most", "is", "known", "unknown"],
  boolean: ["yes", "no", "known", "unknown"],
  date: ["after", "before", "anniversary_in", "known", "unknown"],
  time: ["in_last", "longer_ago", "after", "before", "known", "unknown"],
  list: ["contains", "lacks", "known", "unknown"],
  object: ["known", "unknown"],
} as const satisfies Record<TraitType, readonly string[]>;

export type Comparison = (typeof COMPARISONS)[TraitType][number];
export type Kind = "trait" | "consent" | "reachable" | "segment";
export type Value = string | number;

export type Filter =
  | { kind: "trait"; trait: string; compare: Comparison; value: Value }
  | { kind: "consent"; topic: string; channel: string; state: string }
  | { kind: "reachable"; channel: string }
  | { kind: "segment"; segment: string };

export const STATES = ["opted_in", "soft", "pending", "opted_out", "unknown"] as const;
export const isTraitType = (type: string): type is TraitType => type in COMPARISONS;

/** Comparisons that need no value. */
const BARE: Partial<Record<Comparison, Condition>> = {
  yes: { is: true },
  no: { is: false },
  known: { known: true },
  unknown: { known: false },
};
/** Comparisons whose value is a number of days. */
const SPANS: readonly Comparison[] = ["in_last", "longer_ago", "anniversary_in"];

export const isBare = (compare: Comparison) => compare in BARE;
export const isSpan = (compare: Comparison) => SPANS.includes(compare);

export function conditionOf(filter: Filter): Condition {
  switch (filter.kind) {
    case "trait": {
      const { trait, compare, value } = filter;
      const said = isSpan(compare) ? `${value} days` : value;
      return { trait, ...(BARE[compare] ?? { [compare]: said }) };
    }
    case "consent":
      return { consent: filter.topic, channel: filter.channel, state: filter.state };
    case "reachable":
      return { reachable: filter.channel };
    case "segment":
      return { segment: filter.segment };
  }
}

/** The filter that writes this condition; null where none of ours does. */
export function filterOf(condition: Condition): Filter | null {
  const { trait, consent, channel, state = "opted_in", reachable, segment, ...rest } = condition;
  const bare = Object.keys(rest).length === 0;
  if (typeof segment === "string" && bare) {
    return { kind: "segment", segment };
  }
  if (typeof reachable === "string" && bare) {
    return { kind: "reachable", channel: reachable };
  }
  if (typeof consent === "string" && typeof channel === "string" && typeof state === "string") {
    return bare ? { kind: "consent", topic: consent, channel, state } : null;
  }
  return typeof trait === "string" ? comparedTrait(trait, rest) : null;
}

function comparedTrait(trait: string, rest: Condition): Filter | null {
  const [first, ...others] = Object.entries(rest);
  if (!first) {
    return { kind: "trait", trait, compare: "known", value: "" };
  }
  const [name, value] = first;
  if (others.length > 0 || !isComparison(name)) {
    return null;
  }
  if (typeof value === "boolean") {
    const compare = name === "known" ? (value ? "known" : "unknown") : value ? "yes" : "no";
    return { kind: "trait", trait, compare, value: "" };
  }
  if (isSpan(name)) {
    const days = /^(\d+) days?$/.exec(String(value));
    return days ? { kind: "trait", trait, compare: name, value: Number(days[1]) } : null;
  }
  return typeof value === "string" || typeof value === "number"
    ? { kind: "trait", trait, compare: name, value }
    : null;
}

function isComparison(name: string): name is Comparison {
  return Object.values(COMPARISONS).some((some) => (some as readonly string[]).includes(name));
}
