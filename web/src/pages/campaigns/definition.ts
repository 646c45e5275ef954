/** A campaign as it is written: what the wizard reads and changes; all other fields stay as they are. */

export type Condition = Record<string, unknown>;

export interface Variant {
  id: string;
  template?: string;
  generic_twin_of?: string;
  at?: string;
  [other: string]: unknown;
}

export interface Step {
  channel: string;
  wait?: string;
  price?: number | null;
}

export interface Cascade {
  steps: Step[];
  order?: "given" | "cheapest" | "responding" | "by_variant";
}

export interface Schedule {
  moment?: string;
  day?: string;
  at?: string;
  every?: "day" | "week" | "month";
  weekdays?: string[];
  day_of_month?: number;
  starts?: string;
  ends?: string;
  zone?: "shop" | "person";
}

export interface Trigger {
  event: string | string[];
  where?: Condition[];
  wait?: string;
  unless?: Condition[];
  again_after?: string;
  restart?: boolean;
  leave_at_goal?: boolean;
}

export interface Message {
  template: string;
  wait?: string;
  [other: string]: unknown;
}

export interface Test {
  share?: number;
  people?: number;
  lift?: number;
  decide_after?: string;
  roll_out?: "automatic" | "by_hand";
  undecided?: string;
  [other: string]: unknown;
}

export interface Draft {
  id: string;
  name?: string;
  topic?: string;
  audience?: string | Condition[];
  exclude?: string[];
  template?: string;
  variants?: Variant[];
  messages?: Message[];
  channel?: string;
  cascade?: Cascade;
  schedule?: Schedule;
  trigger?: Trigger;
  expires_after?: string;
  holdout?: number;
  goals?: string[];
  breakdowns?: string[];
  tactic?: string;
  tracking?: { clicks?: boolean; opens?: boolean };
  test?: Test;
  [other: string]: unknown;
}

export const HOLDOUT = 0.1;
export const EXPIRES = "3 days";
export const CHANNEL = "email";
export const LIFT = 0.1;
export const VARIANTS_MAX = 10;
export const STEPS_MAX = 5;
export const WEEKDAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

/** The draft with some fields changed; `undefined` takes a field away, and its default holds. */
export function changed(draft: Draft, some: Partial<Draft>): Draft {
  const next: Draft = { ...draft, ...some };
  for (const key of Object.keys(some)) {
    if (next[key] === undefined) {
      delete next[key];
    }
  }
  return next;
}

export type When = "now" | "date" | "moment" | "every" | "trigger";

/** How it is set off. */
export function whenOf({ trigger, schedule = {} }: Draft): When {
  if (trigger) {
    return "trigger";
  }
  return schedule.every ? "every" : schedule.moment ? "moment" : schedule.day ? "date" : "now";
}

/** The draft set off in another way, with sound values to begin with. */
export function setOff(draft: Draft, when: When, today: string): Draft {
  const at = draft.schedule?.at ?? "10:00";
  const zone = draft.schedule?.zone;
  const zoned = zone ? { at, zone } : { at };
  const { messages } = draft;
  const single = messages?.[0] ? { messages: undefined, template: messages[0].template } : {};
  switch (when) {
    case "now":
      return changed(draft, { trigger: undefined, schedule: undefined, ...single });
    case "moment":
    case "date":
      return changed(draft, { trigger: undefined, schedule: { day: today, ...zoned }, ...single });
    case "every":
      return changed(draft, {
        trigger: undefined,
        schedule: { every: "week", weekdays: ["monday"], ...zoned },
        ...single,
      });
    case "trigger":
      return changed(draft, { schedule: undefined, trigger: draft.trigger ?? { event: [] } });
  }
}

/** The channels on which people may be written to. */
export const channelsOf = ({ cascade, channel = CHANNEL }: Draft): string[] =>
  cascade ? cascade.steps.map((step) => step.channel) : [channel];

/** Its audience as conditions of a segment; null before one is chosen. */
export function audienceOf({ audience, exclude = [] }: Draft): Condition[] | null {
  if (!audience?.length) {
    return null;
  }
  const who = typeof audience === "string" ? [{ segment: audience }] : audience;
  const without = exclude.map((segment) => ({ segment }));
  return without.length ? [...who, { none: without }] : who;
}

/** The templates that it sends, each once. */
export function templatesOf({ template, variants = [], messages = [] }: Draft): string[] {
  const named = [
    template,
    ...variants.map((one) => one.template),
    ...messages.map((one) => one.template),
  ];
  return [...new Set(named.filter((one): one is string => !!one))];
}

export const eventsOf = ({ trigger }: Draft): string[] =>
  trigger ? [trigger.event].flat().filter(Boolean) : [];

/** What is still needed before it can be kept; the server says everything else. */
export type Lack = "topic" | "audience" | "text" | "event" | "steps";

export function lacksOf(draft: Draft): Lack[] {
  const found: Lack[] = [];
  const { audience = "", trigger, cascade } = draft;
  if (!draft.topic) {
    found.push("topic");
  }
  if (audience.length === 0 && !trigger) {
    found.push("audience");
  }
  if (trigger && eventsOf(draft).length === 0) {
    found.push("event");
  }
  const texts = draft.variants ?? draft.messages ?? [{ id: "", template: draft.template }];
  if (texts.length === 0 || texts.some((one) => !one.template && !("generic_twin_of" in one))) {
    found.push("text");
  }
  if (cascade && (cascade.steps.length < 2 || cascade.steps.some((step) => !step.channel))) {
    found.push("steps");
  }
  return found;
}

/** A variant beside the others: the first takes over the one text that there was. */
export function withVariant(draft: Draft): Draft {
  const variants = draft.variants ?? [{ id: "a", template: draft.template ?? "" }];
  const id = [..."abcdefghij"].find((one) => variants.every((v) => v.id !== one)) ?? "z";
  return changed(draft, { template: undefined, variants: [...variants, { id, template: "" }] });
}

/** Without a variant and the twins of it; a last one becomes the one text. */
export function withoutVariant(draft: Draft, id: string): Draft {
  const left = (draft.variants ?? []).filter((v) => v.id !== id && v.generic_twin_of !== id);
  return left.length > 1
    ? changed(draft, { variants: left })
    : changed(draft, { variants: undefined, test: undefined, template: left[0]?.template ?? "" });
}

/** Beside a text its generic twin: the same one with nothing personal in it. */
export function withTwin(draft: Draft): Draft {
  const variants = draft.variants ?? [{ id: "personal", template: draft.template ?? "" }];
  const of = variants.find((one) => one.template)?.id ?? "personal";
  const id = variants.some((one) => one.id === "generic")
    ? `generic-${variants.length}`
    : "generic";
  return changed(draft, {
    template: undefined,
    variants: [...variants, { id, generic_twin_of: of }],
  });
}
