import { describe, expect, it } from "vitest";
import { scale, side } from "./LiftChart";

describe("an interval", () => {
  it("across zero is never shown as a win or a loss", () => {
    expect(side({ low: -0.01, high: 0.3 })).toBe(0);
    expect(side({ low: 0, high: 0.3 })).toBe(0);
    expect(side({ low: 0.01, high: 0.3 })).toBe(1);
    expect(side({ low: -0.3, high: -0.01 })).toBe(-1);
  });

  it("lies within the ticks, with zero among them", () => {
    const { from, to, ticks } = scale([{ name: "a", effect: 0.1, low: -0.033, high: 0.412 }]);
    expect(from).toBeLessThanOrEqual(-0.033);
    expect(to).toBeGreaterThanOrEqual(0.412);
    expect(ticks.some((tick) => Math.abs(tick) < 1e-9)).toBe(true);
    expect(ticks.length).toBeLessThan(12);
  });
});
