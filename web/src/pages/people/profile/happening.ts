/** What a thing of the timeline says beside its name: the product, the money, the page. */
import { money } from "~/app/format";

type Properties = Record<string, unknown>;

/** The first of these properties that is a text or a number. */
function first(properties: Properties, names: readonly string[]): string | number | undefined {
  for (const name of names) {
    const value = properties[`properties.${name}`];
    if ((typeof value === "string" && value !== "") || typeof value === "number") {
      return value;
    }
  }
}

/** In a few words: "Кросівки міські · ₴5,800". */
export function gist(properties: Properties, currency: string): string {
  const what = first(properties, ["name", "title", "path", "url", "query", "topic"]);
  const worth = first(properties, ["revenue", "total", "value", "price"]);
  const paid = first(properties, ["currency"]);
  const inMoney =
    typeof worth === "number" ? money(worth, isCurrency(paid) ? paid : currency) : undefined;
  return [what, inMoney].filter((part) => part !== undefined).join(" · ");
}

const isCurrency = (code: unknown): code is string =>
  typeof code === "string" && /^[A-Z]{3}$/.test(code);

/** Things of one day together, in the order in which they came. */
export function byDay<T extends { at: string }>(things: readonly T[]): [string, T[]][] {
  const days = new Map<string, T[]>();
  for (const one of things) {
    const day = new Date(one.at).toDateString();
    const same = days.get(day);
    same ? same.push(one) : days.set(day, [one]);
  }
  return [...days.values()].map((some) => [some[0]?.at ?? "", some]);
}
