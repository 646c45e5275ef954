import { expect, it } from "vitest";
import { aimed, stepped } from "./sorting";

const spans = new Map([
  ["0", { top: 0, bottom: 100 }],
  ["1", { top: 108, bottom: 140 }],
  ["2", { top: 148, bottom: 600 }],
]);

it("aims at the block at that height, between blocks at the nearest, beyond them at the last", () => {
  expect(aimed(50, spans)).toBe("0");
  expect(aimed(103, spans)).toBe("0");
  expect(aimed(105, spans)).toBe("1");
  expect(aimed(150, spans)).toBe("2");
  expect(aimed(-40, spans)).toBe("0");
  expect(aimed(9_000, spans)).toBe("2");
  expect(aimed(0, new Map())).toBeNull();
});

it("steps by arrows alone", () => {
  expect(stepped("ArrowDown", 1)).toBe(2);
  expect(stepped("ArrowUp", 1)).toBe(0);
  expect(stepped("Tab", 1)).toBeNull();
});
