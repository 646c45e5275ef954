/** Settings as values: what was changed, what goes to the server, how pairs are written. */
import type { Setting } from "./data";

export interface Choice {
  value: string;
  label: string;
}

export type Values = Readonly<Record<string, unknown>>;

/** Texts of several lines. */
const WIDE = new Set(["postal_address", "greeting", "welcome", "send_body"]);

export const isWide = (of: Setting) => WIDE.has(of.name);

/** What a setting is with what was written over it; a secret is only what was written. */
export const shownValue = (of: Setting, written: Values): unknown =>
  of.name in written ? written[of.name] : of.value;

/** What of it differs from what stands: it goes to the server, the default as null. */
export function changed(settings: readonly Setting[], written: Values): Record<string, unknown> {
  const known = settings.filter(({ name }) => name in written);
  const differing = known.filter((one) => {
    const value = written[one.name];
    return value !== undefined && !same(value, one.takes === "secret" ? null : one.value);
  });
  return Object.fromEntries(
    differing.map((one) => {
      const value = written[one.name];
      return [one.name, same(value, one.default) && one.takes !== "secret" ? null : value];
    }),
  );
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** `{ uk: "Вітаємо!" }` as lines `uk = Вітаємо!`, and back. */
export const pairsText = (value: unknown) =>
  Object.entries(value && typeof value === "object" ? value : {})
    .map(([name, text]) => (text === "" ? name : `${name} = ${text}`))
    .join("\n");

export function pairsOf(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => line !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf("=");
      return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + 1).trimStart()];
    }),
  );
}
