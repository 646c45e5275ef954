/** The language of segments as the builder knows it: kinds of conditions, and what each may say. */
import { spanOf } from "~/app/spans";

/** A condition as a segment holds it; the builder changes it in place, so nothing is lost. */
export type Condition = Readonly<Record<string, unknown>>;

export interface Segment {
  id: string;
  name?: string;
  about?: string;
  where: readonly Condition[];
}

export const MEASURES = [
  "did",
  "did_not",
  "first",
  "last",
  "sum",
  "average",
  "min",
  "max",
  "distinct",
  "top",
] as const;
export const MESSAGES = ["received", "read", "clicked"] as const;
export const GROUPS = ["all", "any", "none"] as const;
const PERSON = ["trait", "fact", "consent", "reachable"] as const;
const SETS = ["segment", "share"] as const;

/** Kinds as the menu of new conditions offers them. */
export const OFFERED = {
  person: PERSON,
  events: [...MEASURES, "sequence"],
  messages: MESSAGES,
  sets: SETS,
  groups: GROUPS,
} as const;

export type Measure = (typeof MEASURES)[number];
export type Message = (typeof MESSAGES)[number];
export type Group = (typeof GROUPS)[number];
export type Kind = (typeof OFFERED)[keyof typeof OFFERED][number];

const KINDS: readonly string[] = Object.values(OFFERED).flat();
const within = (some: readonly string[], kind: string) => some.includes(kind);
export const isMeasure = (kind: string): kind is Measure => within(MEASURES, kind);
export const isMessage = (kind: string): kind is Message => within(MESSAGES, kind);
export const isGroup = (kind: string): kind is Group => within(GROUPS, kind);

/** Measures whose property is named with `of`: always, or where it is wanted. */
export const NEEDS_OF: readonly string[] = ["sum", "average", "min", "max", "distinct", "top"];
export const TAKES_OF: readonly string[] = ["first", "last"];

export function kindOf(condition: Condition): Kind | null {
  const kind = KINDS.find((one) => one in condition);
  return (kind as Kind | undefined) ?? null;
}

/** What a new condition of each kind begins with; '' is still to be said. */
export function fresh(kind: Kind): Condition {
  if (isGroup(kind)) {
    return { [kind]: [] };
  }
  if (isMessage(kind)) {
    return { [kind]: "any" };
  }
  switch (kind) {
    case "trait":
      return { trait: "", is: "" };
    case "consent":
      return { consent: "", channel: "email" };
    case "reachable":
      return { reachable: "email" };
    case "share":
      return { share: 10, salt: "" };
    case "sequence":
      return { sequence: [{ did: "" }, { did: "", within: "1 day" }], within: "30 days" };
    case "did":
    case "did_not":
      return { [kind]: "", within: "30 days" };
    case "sum":
    case "average":
    case "min":
    case "max":
    case "distinct":
      return { [kind]: "", of: "", at_least: 1, within: "30 days" };
    case "top":
      return { top: "", of: "", is: "", within: "90 days" };
    default:
      return { [kind]: "" };
  }
}

export type Type = "text" | "number" | "boolean" | "date" | "time" | "list" | "object";

/** How a value of each type may be compared, the most usual first. */
export const COMPARISONS = {
  text: ["is", "is_not", "in", "not_in", "contains", "lacks", "starts", "ends", "known"],
  number: ["at_least", "at_most", "above", "below", "is", "is_not", "in", "not_in", "known"],
  boolean: ["is", "is_not", "known"],
  date: ["anniversary_in", "after", "before", "in_last", "longer_ago", "in_next", "is", "known"],
  time: ["in_last", "longer_ago", "after", "before", "in_next", "anniversary_in", "known"],
  list: ["contains", "lacks", "in", "not_in", "known"],
  object: ["known"],
} as const satisfies Record<Type, readonly string[]>;

export type Comparison = (typeof COMPARISONS)[Type][number];
export const isType = (type: string): type is Type => type in COMPARISONS;
const ALL_COMPARISONS: readonly string[] = [...new Set(Object.values(COMPARISONS).flat())];
export const isComparison = (name: string): name is Comparison => within(ALL_COMPARISONS, name);

const LISTED: readonly string[] = ["in", "not_in"];
const SPANS: readonly string[] = ["in_last", "longer_ago", "in_next", "anniversary_in"];
export const isListed = (compare: string) => LISTED.includes(compare);
export const isSpan = (compare: string) => SPANS.includes(compare);

/** What a comparison begins with. */
export function firstValue(compare: Comparison, type: Type): unknown {
  if (compare === "known") {
    return true;
  }
  if (isListed(compare)) {
    return [];
  }
  if (isSpan(compare)) {
    return compare === "anniversary_in" ? "0 days" : "30 days";
  }
  return type === "boolean" ? true : type === "number" ? 1 : "";
}

/** The comparisons of a condition, in the order in which they are written. */
export const comparisonsOf = (condition: Condition): Comparison[] =>
  Object.keys(condition).filter(isComparison);

/** A condition with these of its entries changed; undefined takes one out. */
export function changed(condition: Condition, some: Condition): Condition {
  const next = Object.entries({ ...condition, ...some });
  return Object.fromEntries(next.filter(([, value]) => value !== undefined));
}

/** The same condition with one entry called otherwise, where it stands. */
export function renamed(condition: Condition, from: string, to: string, value?: unknown) {
  const entries = Object.entries(condition).map(([key, old]) =>
    key === from ? [to, value === undefined ? old : value] : [key, old],
  );
  return Object.fromEntries(entries) as Condition;
}

/** Of one family: what both kinds know stays. */
export function ofKind(condition: Condition, from: Kind, to: Kind): Condition {
  let next = renamed(condition, from, to);
  if (to === "did_not" || !counts(from) || !counts(to)) {
    next = changed(next, Object.fromEntries(comparisonsOf(next).map((one) => [one, undefined])));
  }
  const { of, ...rest } = next;
  const kept = NEEDS_OF.includes(to) || (TAKES_OF.includes(to) && of);
  const begins = comparisonsOf(rest).length === 0 ? firstComparison(to) : {};
  return kept ? { ...rest, of: of ?? "", ...begins } : { ...rest, ...begins };
}

const counts = (kind: string) =>
  ["did", "sum", "average", "min", "max", "distinct", "read", "clicked", "received"].includes(
    kind,
  );

function firstComparison(kind: Kind): Condition {
  return kind === "top" ? { is: "" } : NEEDS_OF.includes(kind) ? { at_least: 1 } : {};
}

/** One name or several; a single one is written without a list. */
export const namesOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string" && one !== "");
export const asNames = (names: readonly string[]) => (names.length > 1 ? names : (names[0] ?? ""));

export const conditionsOf = (value: unknown) => (Array.isArray(value) ? value : []) as Condition[];

/** Whether nothing in it is still to be said. */
export function isWhole(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.length > 0 && value.every(isWhole);
  }
  if (typeof value === "object" && value !== null) {
    return Object.values(value).every(isWhole);
  }
  return value !== "" && value !== null;
}

const WINDOW = ["within", "older_than", "since", "until"];
const EVENTS = [...ALL_COMPARISONS, ...WINDOW, "where"];
const MAY_SAY: Partial<Record<Kind, readonly string[]>> = {
  trait: ALL_COMPARISONS,
  fact: ["of", ...ALL_COMPARISONS],
  consent: ["channel", "state"],
  share: ["salt", "start"],
  sequence: ["within", "in_total"],
};

/** Whether the builder can show all that a condition says. */
export function canShow(condition: Condition): boolean {
  const kind = kindOf(condition);
  if (kind === null) {
    return false;
  }
  const { [kind]: subject, ...rest } = condition;
  const may: readonly string[] =
    MAY_SAY[kind] ??
    (isMeasure(kind) ? ["of", ...EVENTS] : isMessage(kind) ? ["channel", ...EVENTS] : []);
  return Object.keys(rest).every((key) => may.includes(key)) && fits(kind, subject, rest);
}

function fits(kind: Kind, subject: unknown, rest: Condition): boolean {
  const spans = [rest.within, rest.older_than, rest.in_total];
  if (!spans.every((one) => one === undefined || (typeof one === "string" && spanOf(one)))) {
    return false;
  }
  if (!comparisonsOf(rest).every((one) => isValue(one, rest[one]))) {
    return false;
  }
  if (rest.where !== undefined && !conditionsOf(rest.where).every(isFilter)) {
    return false;
  }
  if (isGroup(kind)) {
    return Array.isArray(subject);
  }
  if (kind === "sequence") {
    return Array.isArray(subject) && subject.every(isStep);
  }
  return kind === "share" ? typeof subject === "number" : isNames(subject);
}

const isNames = (value: unknown) =>
  typeof value === "string" || (Array.isArray(value) && value.every((v) => typeof v === "string"));

function isValue(compare: string, value: unknown): boolean {
  if (isListed(compare)) {
    return Array.isArray(value);
  }
  if (isSpan(compare)) {
    return typeof value === "string" && spanOf(value) !== null;
  }
  return ["string", "number", "boolean"].includes(typeof value);
}

function isFilter({ property, ...rest }: Condition): boolean {
  const keys = Object.keys(rest);
  return (
    typeof property === "string" &&
    keys.every((one) => isComparison(one) && isValue(one, rest[one]))
  );
}

function isStep(step: unknown): boolean {
  if (typeof step !== "object" || step === null) {
    return false;
  }
  const { did, did_not, where, within: span, ...rest } = step as Condition;
  return (
    Object.keys(rest).length === 0 &&
    (did === undefined) !== (did_not === undefined) &&
    isNames(did ?? did_not) &&
    (span === undefined || (typeof span === "string" && spanOf(span) !== null)) &&
    conditionsOf(where).every(isFilter)
  );
}
