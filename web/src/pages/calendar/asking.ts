/** The calendar of some days, with overlaps. */
import { api, body, type Schemas } from "~/api/client";

export type Calendar = Schemas["Calendar"];

export async function askCalendar(
  since: Date,
  until: Date,
  signal?: AbortSignal,
): Promise<Calendar> {
  const query = { since: since.toISOString(), until: until.toISOString(), overlaps: true };
  const found = await body(api.GET("/api/calendar", { params: { query }, signal }));
  if (typeof found === "string") {
    throw new Error("The calendar came in a form that was not asked for.");
  }
  return found;
}
