/** Days and spans in Mongolian, which browsers lack: Chromium knows neither its months nor "ago". */
import { momentsIn } from "./writers";

const UNITS: Partial<Record<Intl.RelativeTimeFormatUnit, string>> = {
  year: "жилийн",
  month: "сарын",
  week: "долоо хоногийн",
  day: "өдрийн",
  hour: "цагийн",
  minute: "минутын",
  second: "секундын",
};

/** Swedes write moments as 2026-08-16 11:30, in any zone. */
const written = (at: Date, timeZone: string | undefined, parts: Intl.DateTimeFormatOptions) =>
  momentsIn("sv-SE", { ...parts, timeZone })
    .format(at)
    .replaceAll("-", ".");

export const mongolianDay = (at: Date, timeZone?: string) =>
  written(at, timeZone, { dateStyle: "short" });

export const mongolianMoment = (at: Date, timeZone?: string) =>
  written(at, timeZone, { dateStyle: "short", timeStyle: "short" });

/** "3 сарын өмнө", "2 өдрийн дараа". */
export function mongolianSpan(count: number, unit: Intl.RelativeTimeFormatUnit): string {
  if (count === 0) {
    return unit === "day" ? "өнөөдөр" : "дөнгөж сая";
  }
  return `${Math.abs(count)} ${UNITS[unit]} ${count < 0 ? "өмнө" : "дараа"}`;
}
