import { expect, test } from "vitest";
import { points } from "./Sparkline";

test("the highest value touches the top, nothing lies at the bottom", () => {
  expect(points([0, 5, 10], 100, 20)).toBe("0.0,20.0 50.0,10.0 100.0,0.0");
  expect(points([0, 0], 100, 20)).toBe("0.0,20.0 100.0,20.0");
});

test("one value is a point", () => {
  expect(points([3], 100, 20)).toBe("0.0,0.0");
});
