/** Days of the calendar as the reader's language writes them; weeks begin on Monday. */
import i18next from "i18next";
import { momentsIn } from "~/app/writers";

const DAY_MS = 86_400_000;
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);

/** A day without an hour: midnight in UTC. */
export type Day = number;

export const dayOf = (text: string): Day => Date.parse(`${text}T00:00:00Z`);
export const isoOf = (day: Day) => new Date(day).toISOString().slice(0, 10);
export const plus = (day: Day, days: number): Day => day + days * DAY_MS;

/** The date of a moment where the shop is. */
export const dayIn = (at: string | Date, zone: string): Day =>
  dayOf(momentsIn("sv", { timeZone: zone }).format(new Date(at)));

/** Chromium knows no Mongolian weekdays and months. */
const MONGOLIAN = ["Даваа", "Мягмар", "Лхагва", "Пүрэв", "Баасан", "Бямба", "Ням"] as const;
const isMongolian = () => i18next.language === "mn";

/** The short name of a weekday, 0 is Monday. */
export const weekday = (n: number) =>
  isMongolian()
    ? (MONGOLIAN[n] ?? "").slice(0, 2)
    : momentsIn(i18next.language, { weekday: "short", timeZone: "UTC" }).format(plus(MONDAY, n));

export function monthName(day: Day): string {
  const date = new Date(day);
  return isMongolian()
    ? `${date.getUTCFullYear()} оны ${date.getUTCMonth() + 1}-р сар`
    : written(day, { month: "long", year: "numeric" });
}

/** "9 November". */
export function dayOfMonth(day: Day): string {
  const date = new Date(day);
  return isMongolian()
    ? `${date.getUTCMonth() + 1}-р сарын ${date.getUTCDate()}`
    : written(day, { day: "numeric", month: "long" });
}

/** "Monday, 9 November". */
export function longDay(day: Day): string {
  const n = (new Date(day).getUTCDay() + 6) % 7;
  return isMongolian()
    ? `${dayOfMonth(day)}, ${MONGOLIAN[n]}`
    : written(day, { weekday: "long", day: "numeric", month: "long" });
}

const written = (day: Day, parts: Intl.DateTimeFormatOptions) =>
  momentsIn(i18next.language, { ...parts, timeZone: "UTC" }).format(day);

/** The Monday on or before a day. */
export const mondayOf = (day: Day): Day => plus(day, -((new Date(day).getUTCDay() + 6) % 7));

/** The days that are shown: whole weeks around a month, or one week. */
export function shown(day: Day, view: "month" | "week"): Day[] {
  if (view === "week") {
    return Array.from({ length: 7 }, (_, n) => plus(mondayOf(day), n));
  }
  const date = new Date(day);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  const last = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0);
  const from = mondayOf(first);
  const weeks = Math.ceil((last - from + DAY_MS) / (7 * DAY_MS));
  return Array.from({ length: weeks * 7 }, (_, n) => plus(from, n));
}

/** The same day of the month before or after, or of the week. */
export function moved(day: Day, view: "month" | "week", by: 1 | -1): Day {
  if (view === "week") {
    return plus(day, 7 * by);
  }
  const date = new Date(day);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + by, 1);
}
