/** A template as it is written: its variants by language and channel; all other fields stay. */

export interface Button {
  text: string;
  url?: string;
  reply?: string;
  copy?: string;
  ask?: string;
  sets?: string;
  beside?: boolean;
}

export interface Card {
  title: string;
  text?: string;
  picture?: string;
  url?: string;
  buttons?: Button[];
}

export interface Poll {
  question: string;
  answers: (string | { text: string; value?: string })[];
  trait: string;
  multiple?: boolean;
}

export interface Variant {
  language: string;
  /** Empty or left out: every channel. */
  channel?: string;
  subject?: string;
  preheader?: string;
  text?: string;
  html?: string;
  mjml?: string;
  formatted?: boolean;
  picture?: unknown;
  buttons?: Button[];
  cards?: Card[];
  poll?: Poll;
  approved?: { name: string; language: string; category?: string; parameters?: string[] };
  link?: string;
  silent?: boolean;
  [other: string]: unknown;
}

export interface Template {
  id: string;
  name?: string;
  language?: string;
  variants: Variant[];
  facts?: Record<string, Record<string, unknown>>;
  sold_out?: string;
  links?: { track?: boolean; utm?: boolean };
  [other: string]: unknown;
}

/** What a channel has room for, as `/api/templates/vocabulary` tells it. */
export interface Room {
  html: boolean;
  subject: number;
}

export const SOLD_OUT = ["refuse", "fallback", "show"] as const;

const EMPTY: readonly unknown[] = ["", false, undefined, null];

/** The variant with some fields changed; what is empty is left out. */
export function changed(variant: Variant, some: Partial<Variant>): Variant {
  const next: Variant = { ...variant, ...some };
  for (const key of Object.keys(some)) {
    const value = next[key];
    if (EMPTY.includes(value) || (Array.isArray(value) && value.length === 0)) {
      delete next[key];
    }
  }
  return next;
}

/** The template with one variant in the place of another. */
export function withVariant(template: Template, at: number, variant: Variant): Template {
  return { ...template, variants: template.variants.map((one, n) => (n === at ? variant : one)) };
}

/** The template with one more variant, a copy of another's words where one is named. */
export function added(template: Template, language: string, channel: string, from?: Variant) {
  const base: Variant = from ? structuredClone(from) : { language, text: "" };
  const { channel: _, ...rest } = base;
  const variant: Variant = { ...rest, language, ...(channel ? { channel } : {}) };
  return { ...template, variants: [...template.variants, variant] };
}

export const without = (template: Template, at: number): Template => ({
  ...template,
  variants: template.variants.filter((_, n) => n !== at),
});

/** The languages in the order in which they are written. */
export const languagesOf = (template: Template) => [
  ...new Set(template.variants.map((one) => one.language)),
];

/** The channels in that order; '' serves all. */
export const channelsOf = (template: Template) => [
  ...new Set(template.variants.map((one) => one.channel ?? "")),
];

export const indexOf = (template: Template, language: string, channel: string) =>
  template.variants.findIndex(
    (one) => one.language === language && (one.channel ?? "") === channel,
  );

/** Languages that others of its channel have, or the shop speaks, and that are not yet written. */
export function missing(template: Template, spoken: readonly string[]) {
  const languages = [...new Set([...languagesOf(template), ...spoken])];
  return channelsOf(template).flatMap((channel) =>
    languages
      .filter((language) => indexOf(template, language, channel) < 0)
      .map((language) => ({ language, channel })),
  );
}

/** Whether a variant is written as a mail: with a subject and HTML. */
export const isMail = (variant: Variant) =>
  variant.channel ? variant.channel.split("/")[0] === "email" : !!(variant.html || variant.mjml);

/** The channel as which a variant is looked at. */
export const seenOn = (variant: Variant) =>
  variant.channel || (isMail(variant) ? "email" : "telegram");

/** How a mail is written. */
export type Way = "blocks" | "mjml" | "html" | "text";

/** What stands where an address or more about it may stand: the address. */
export const addressOf = (shown: unknown): string =>
  typeof shown === "string"
    ? shown
    : shown && typeof shown === "object" && "url" in shown && typeof shown.url === "string"
      ? shown.url
      : "";
