import i18next from "i18next";
import { afterEach, expect, it } from "vitest";
import { dayOf, isoOf, longDay, monthName, moved, shown, weekday } from "./days";

it("shows whole weeks around a month, from Monday on", () => {
  const days = shown(dayOf("2026-11-22"), "month").map(isoOf);
  expect(days[0]).toBe("2026-10-26");
  expect(days.at(-1)).toBe("2026-12-06");
  expect(days.length % 7).toBe(0);
  expect(shown(dayOf("2027-02-10"), "month")).toHaveLength(28);
});

it("shows the week of a day, and goes to the next one", () => {
  const week = shown(dayOf("2026-11-22"), "week").map(isoOf);
  expect([week[0], week.at(-1)]).toEqual(["2026-11-16", "2026-11-22"]);
  expect(isoOf(moved(dayOf("2026-12-31"), "month", 1))).toBe("2027-01-01");
  expect(isoOf(moved(dayOf("2026-11-22"), "week", -1))).toBe("2026-11-15");
});

const before = i18next.language;
afterEach(() => {
  i18next.language = before;
});

it("names days and months in Mongolian, which browsers do not", () => {
  i18next.language = "mn";
  expect(weekday(6)).toBe("Ня");
  expect(longDay(dayOf("2026-11-22"))).toBe("11-р сарын 22, Ням");
  expect(monthName(dayOf("2026-11-22"))).toBe("2026 оны 11-р сар");
});
