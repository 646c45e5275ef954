import { expect, it } from "vitest";
import { tongues } from "./lists";
import { mongolianDay, mongolianMoment, mongolianSpan } from "./mongolian";

it("Mongolian days and spans need nothing of the browser", () => {
  const at = new Date("2026-08-16T21:30:00Z");
  expect(mongolianDay(at, "UTC")).toBe("2026.08.16");
  expect(mongolianDay(at, "Asia/Ulaanbaatar")).toBe("2026.08.17");
  expect(mongolianMoment(at, "UTC")).toBe("2026.08.16 21:30");
  expect(mongolianSpan(-3, "month")).toBe("3 сарын өмнө");
  expect(mongolianSpan(2, "week")).toBe("2 долоо хоногийн дараа");
  expect(mongolianSpan(0, "second")).toBe("дөнгөж сая");
});

it("every language offered has a Mongolian name", () => {
  expect(tongues("mn").filter(({ label }) => /[a-z]/i.test(label))).toEqual([]);
  expect(tongues("mn").find(({ value }) => value === "mn")?.label).toBe("Монгол");
});
