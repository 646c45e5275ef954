/** What may follow while Liquid is written: names after `{{`, filters after `|`, tags after `{%`. */

export interface Vocabulary {
  names: readonly string[];
  product: readonly string[];
  filters: readonly string[];
  tags: readonly string[];
}

export interface Offer {
  /** Where in the text the word begins that is being written. */
  from: number;
  words: string[];
}

const OPEN = /(\{\{|\{%)(?:(?!\}\}|%\}).)*$/s;

/** What fits at the end of a text; null outside of Liquid. */
export function offer(before: string, facts: readonly string[], known: Vocabulary): Offer | null {
  const open = OPEN.exec(before);
  if (!open) {
    return null;
  }
  const inside = open[0];
  const product = /products\[[^\]]*\]\.(\w*)$/.exec(inside);
  if (product) {
    return { from: before.length - (product[1] ?? "").length, words: [...known.product] };
  }
  const filter = /\|\s*(\w*)$/.exec(inside);
  if (filter) {
    return { from: before.length - (filter[1] ?? "").length, words: [...known.filters] };
  }
  const tag = /^\{%-?\s*(\w*)$/.exec(inside);
  if (tag) {
    return { from: before.length - (tag[1] ?? "").length, words: [...known.tags] };
  }
  const name = /(?:^|[\s({[:,])([\w.]*)$/.exec(inside);
  if (!name) {
    return null;
  }
  const own = facts.map((fact) => `facts.${fact}`);
  return {
    from: before.length - (name[1] ?? "").length,
    words: [...known.names, ...own, ...own.map((fact) => `products[${fact}]`)],
  };
}
