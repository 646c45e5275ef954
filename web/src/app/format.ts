/** Numbers, money, shares, days and spans as the reader's language writes them. */
import i18next from "i18next";
import { mongolianDay, mongolianMoment, mongolianSpan } from "./mongolian";
import { momentsIn, numbersIn, spansIn } from "./writers";

type Moment = string | number | Date;

const speaks = () => i18next.language || "en";

export const whole = (value: number) =>
  numbersIn(speaks(), { maximumFractionDigits: 0 }).format(value);

export const decimal = (value: number, digits = 2) =>
  numbersIn(speaks(), { maximumFractionDigits: digits }).format(value);

/** 1,250,000 as 1.3M. */
export const short = (value: number) =>
  numbersIn(speaks(), { notation: "compact", maximumFractionDigits: 1 }).format(value);

/** A share from 0 to 1. */
export const share = (value: number, digits = 1) =>
  numbersIn(speaks(), { style: "percent", maximumFractionDigits: digits }).format(value);

/** A relative change with its sign: 0.124 as +12.4%. */
export const change = (value: number, digits = 1) =>
  numbersIn(speaks(), {
    style: "percent",
    maximumFractionDigits: digits,
    signDisplay: "exceptZero",
  }).format(value);

export const money = (value: number, currency: string, digits?: number) =>
  numbersIn(speaks(), {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    ...(digits === undefined
      ? { maximumFractionDigits: Math.abs(value) >= 1000 ? 0 : 2, minimumFractionDigits: 0 }
      : { maximumFractionDigits: digits, minimumFractionDigits: digits }),
  }).format(value);

/** A sum in minor units (kopecks, cents), as the API gives them. */
export function minorMoney(value: number, currency: string): string {
  const digits = numbersIn("en", { style: "currency", currency }).resolvedOptions()
    .maximumFractionDigits;
  return money(value / 10 ** (digits ?? 2), currency);
}

/** A count or a difference with its sign. */
export const signed = (value: number) =>
  numbersIn(speaks(), { maximumFractionDigits: 0, signDisplay: "exceptZero" }).format(value);

export const day = (at: Moment, timeZone?: string) =>
  speaks() === "mn"
    ? mongolianDay(new Date(at), timeZone)
    : momentsIn(speaks(), { dateStyle: "medium", timeZone }).format(new Date(at));

export const clock = (at: Moment, timeZone?: string) =>
  momentsIn(speaks(), { timeStyle: "short", timeZone }).format(new Date(at));

export const moment = (at: Moment, timeZone?: string) =>
  speaks() === "mn"
    ? mongolianMoment(new Date(at), timeZone)
    : momentsIn(speaks(), {
        dateStyle: "medium",
        timeStyle: "short",
        timeZone,
      }).format(new Date(at));

const SPANS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["week", 7 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** How long ago, or in how long: "3 hours ago", "in 2 days". */
export function ago(at: Moment, now: Moment = new Date()): string {
  const seconds = (new Date(at).getTime() - new Date(now).getTime()) / 1000;
  const [unit, length] = SPANS.find(([, span]) => Math.abs(seconds) >= span) ?? ["second", 1];
  const count = Math.round(seconds / length);
  return speaks() === "mn" ? mongolianSpan(count, unit) : spansIn(speaks()).format(count, unit);
}

/** What the server told as half a sentence, as a whole one: with a capital, where, and its stop. */
export function sentence(told: string, where = ""): string {
  const end = /[.?!…:]$/.exec(told)?.[0] ?? "";
  const said = told.slice(0, told.length - end.length);
  const place = where && ` (${where})`;
  return told && `${said.charAt(0).toLocaleUpperCase()}${said.slice(1)}${place}${end || "."}`;
}
