import { expect, test } from "vitest";
import { drawn, findingOf, type Interval, peopleOf } from "./report";

const interval = (low: number | null, high: number | null): Interval => ({
  value: low === null || high === null ? null : (low + high) / 2,
  low,
  high,
  p: null,
  reason: null,
});

test("only an interval wholly on one side of zero is a finding", () => {
  expect(findingOf(interval(1, 2))).toBe("proven");
  expect(findingOf(interval(-2, -1))).toBe("harmful");
  expect(findingOf(interval(-1, 2))).toBe("not_yet");
  expect(findingOf(interval(null, null))).toBe("not_yet");
});

test("what has no interval is named, not drawn", () => {
  const rows = [
    { name: "orders", interval: interval(-1, 3) },
    { name: "revenue", interval: interval(null, null) },
  ];
  const { lifts, silent } = drawn(rows);
  expect(lifts).toEqual([{ name: "orders", effect: 1, low: -1, high: 3 }]);
  expect(silent.map(({ name }) => name)).toEqual(["revenue"]);
});

test("a number leads to its people", () => {
  expect(peopleOf("spring", "sent", { variant: "b" })).toBe(
    "/reports/spring/people?number=sent&variant=b",
  );
});
