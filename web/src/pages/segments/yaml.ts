/** A segment as a file: written as YAML, and read back with the place of what is wrong. */
import { isCollection, isNode, LineCounter, parseDocument, stringify } from "yaml";
import type { Mark } from "~/kit/YamlText";
import { type Condition, kindOf, type Segment } from "./language";

export interface Read {
  /** What it says; null where it cannot be read. */
  segment: Segment | null;
  /** Why it cannot be read. */
  marks: Mark[];
  /** Where a path of the segment, such as `where[0].trait`, stands in the text. */
  place: (path: string) => { from: number; to: number };
}

/** The parts of `where[0].any[1].trait`. */
export const partsOf = (path: string): (string | number)[] =>
  [...path.matchAll(/[^.[\]]+/g)].map(([part]) => (/^\d+$/.test(part) ? Number(part) : part));

/** What a condition is about comes first, what narrows it down last. */
const FIRST = ["property", "of", "channel", "state"];
const LAST = ["within", "in_total", "older_than", "since", "until", "where"];

function rank(key: string, kind: string | null): number {
  return key === kind ? -9 : FIRST.includes(key) ? FIRST.indexOf(key) - 8 : LAST.indexOf(key) + 1;
}

/** The same with its entries in the order in which one would say them. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(ordered);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const condition = value as Condition;
  const kind = kindOf(condition);
  const entries = Object.entries(condition).sort(([a], [b]) => rank(a, kind) - rank(b, kind));
  return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)]));
}

export function write({ name, about, where, ...rest }: Segment): string {
  const { id: _, kind: __, ...others } = rest as Record<string, unknown>;
  const said = { name, ...(about ? { about } : {}), ...others, where: where.map(ordered) };
  return stringify(said, { lineWidth: 96 });
}

/** Read a file of the segment with this id; it says neither kind nor id. */
export function read(text: string, id: string): Read {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const marks = document.errors.map(({ pos: [from, to], message }) => ({ from, to, message }));
  const said: unknown = marks.length ? null : document.toJS();
  const place = (path: string) => {
    const parts = partsOf(path);
    while (parts.length) {
      const node = document.getIn(parts, true);
      if (isNode(node) && node.range) {
        const [from, end] = node.range;
        const line = text.indexOf("\n", from);
        return { from, to: isCollection(node) && line > 0 ? Math.min(end, line) : end };
      }
      parts.pop();
    }
    return { from: 0, to: Math.max(0, text.indexOf("\n")) };
  };
  return { segment: segmentOf(said, id), marks, place };
}

function segmentOf(said: unknown, id: string): Segment | null {
  if (typeof said !== "object" || said === null || Array.isArray(said)) {
    return null;
  }
  const { kind: _, where, ...rest } = said as Record<string, unknown>;
  const listed = where ?? [];
  return Array.isArray(listed) ? ({ ...rest, id, where: listed } as Segment) : null;
}
