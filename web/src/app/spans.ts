/** Spans of time as definitions write them: "30 days". */

export const UNITS = ["minute", "hour", "day", "week", "month", "year"] as const;
export type Unit = (typeof UNITS)[number];

export interface Span {
  many: number;
  unit: Unit;
}

const WRITTEN = /^(\d{1,6})\s*(minute|hour|day|week|month|year)s?$/;

/** A number and its unit; null where it is written in another way. */
export function spanOf(text: string): Span | null {
  const [, many, unit] = WRITTEN.exec(text.trim()) ?? [];
  return many && unit ? { many: Number(many), unit: unit as Unit } : null;
}

export const spanText = ({ many, unit }: Span) => `${many} ${unit}${many === 1 ? "" : "s"}`;
