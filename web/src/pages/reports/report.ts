/** A campaign's report as the pages read it: intervals that hold now, and who is behind a number. */
import { api, type Schemas } from "~/api/client";
import type { Lift } from "~/kit/LiftChart";

export type Report = Awaited<ReturnType<typeof readReport>>;
export type Interval = Schemas["Interval"];
export type Comparison = Schemas["Comparison"];
export type Arm = Schemas["Arm"];

/** The body of a route that also speaks CSV and HTML, in the form that was asked for. */
export async function told<T extends object>(answer: Promise<{ data?: T | string }>): Promise<T> {
  const { data } = await answer;
  if (typeof data !== "object") {
    throw new Error("The server has answered in another form.");
  }
  return data;
}

export const readReport = (name: string, goal: string) =>
  told(api.GET("/api/campaigns/{name}/report", { params: { path: { name }, query: { goal } } }));

/** An interval with an estimate and both ends. */
export type Known = Interval & { value: number; low: number; high: number };

export function isKnown(one: Interval): one is Known {
  return one.value !== null && one.low !== null && one.high !== null;
}

/** The interval that holds: fixed after the window, valid at every look before. */
export const liftOf = (one: Comparison, final: boolean) => (final ? one.lift : one.lift_anytime);
export const extraOf = (one: Comparison, final: boolean) =>
  final ? one.extra : one.extra_anytime;

/** Whether the arms have plausible sizes; else no figure is a finding. */
export const isTrusted = (report: Report) => !report.sample_ratios.some(({ alarm }) => alarm);

export function findingOf({ low, high }: Interval) {
  return low !== null && low > 0 ? "proven" : high !== null && high < 0 ? "harmful" : "not_yet";
}

export interface Row {
  name: string;
  interval: Interval;
  to?: string;
}

/** Those that can be drawn, and those that cannot. */
export function drawn(rows: readonly Row[]): { lifts: Lift[]; silent: Row[] } {
  const lifts: Lift[] = [];
  const silent: Row[] = [];
  for (const row of rows) {
    const { name, interval, to } = row;
    if (isKnown(interval)) {
      const { value, low, high } = interval;
      lifts.push({ name, effect: value, low, high, ...(to ? { to } : {}) });
    } else {
      silent.push(row);
    }
  }
  return { lifts, silent };
}

/** The page of the people behind a number of a campaign's report. */
export function peopleOf(campaign: string, number: string, of: Record<string, string> = {}) {
  return `/reports/${campaign}/people?${new URLSearchParams({ number, ...of })}`;
}
