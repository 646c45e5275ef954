/** What the list of people is asked for, as the address holds it: every state is a link. */
import type { Order } from "~/kit/Table";

/** A condition as in a segment; see docs/segments.md. */
export type Condition = Record<string, unknown>;

export interface Asked {
  words: string;
  where: readonly Condition[];
  /** Days (2026-05-31): who became known from then on, and until then. */
  since: string;
  until: string;
  order: string;
}

export const NEWEST = "-created";
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function readAsked(params: URLSearchParams): Asked {
  const days = (name: string) => {
    const given = params.get(name) ?? "";
    return DAY.test(given) ? given : "";
  };
  return {
    words: params.get("q") ?? "",
    where: conditions(params.get("where")),
    since: days("since"),
    until: days("until"),
    order: params.get("order") || NEWEST,
  };
}

export function writeAsked(asked: Asked): URLSearchParams {
  const params = new URLSearchParams();
  const put = (name: string, value: string) => value && params.set(name, value);
  put("q", asked.words);
  put("where", asked.where.length > 0 ? JSON.stringify(asked.where) : "");
  put("since", asked.since);
  put("until", asked.until);
  put("order", asked.order === NEWEST ? "" : asked.order);
  return params;
}

/** Whether anything narrows the list down. */
export const isNarrow = (asked: Asked) =>
  !!(asked.words || asked.where.length || asked.since || asked.until);

export function readOrder(order: string): Order {
  return order.startsWith("-") ? { by: order.slice(1), down: true } : { by: order, down: false };
}

export const writeOrder = ({ by, down }: Order) => (down ? `-${by}` : by);

function conditions(text: string | null): Condition[] {
  try {
    const read: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(read) ? read.filter(isCondition) : [];
  } catch {
    return []; // an address that somebody has shortened
  }
}

function isCondition(one: unknown): one is Condition {
  return typeof one === "object" && one !== null && !Array.isArray(one);
}

/** The moments at which the days begin and end where the reader is. */
export function moments({ since, until }: Asked) {
  const begin = (day: string, days: number) => {
    const at = new Date(`${day}T00:00`);
    at.setDate(at.getDate() + days);
    return at.toISOString();
  };
  return {
    created_since: since ? begin(since, 0) : null,
    created_until: until ? begin(until, 1) : null,
  };
}
