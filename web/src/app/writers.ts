/** What writes numbers and moments: each is made once, which takes longer than to write with it. */

const numberWriters = new Map<string, Intl.NumberFormat>();
const momentWriters = new Map<string, Intl.DateTimeFormat>();
const spanWriters = new Map<string, Intl.RelativeTimeFormat>();

function kept<T>(all: Map<string, T>, key: string, make: () => T): T {
  const found = all.get(key) ?? make();
  all.set(key, found);
  return found;
}

export const numbersIn = (language: string, options: Intl.NumberFormatOptions) =>
  kept(
    numberWriters,
    language + JSON.stringify(options),
    () => new Intl.NumberFormat(language, options),
  );

export const momentsIn = (language: string, options: Intl.DateTimeFormatOptions) =>
  kept(
    momentWriters,
    language + JSON.stringify(options),
    () => new Intl.DateTimeFormat(language, options),
  );

/** "yesterday" and "3 days ago". */
export const spansIn = (language: string) =>
  kept(spanWriters, language, () => new Intl.RelativeTimeFormat(language, { numeric: "auto" }));
