/** Where a block goes that is dragged: the arithmetic of places. */

interface Span {
  top: number;
  bottom: number;
}

/** Of blocks one below the other, by their names: the one at a height, or the nearest to it. */
export function aimed<Name>(y: number, spans: ReadonlyMap<Name, Span>): Name | null {
  let found: Name | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [name, { top, bottom }] of spans) {
    const away = Math.max(top - y, y - bottom, 0);
    if (away < least) {
      [found, least] = [name, away];
    }
  }
  return found;
}

/** The place that a key leads to; null for a key that leads nowhere. */
export function stepped(key: string, from: number): number | null {
  const by = { ArrowUp: -1, ArrowDown: 1 }[key];
  return by === undefined ? null : from + by;
}
