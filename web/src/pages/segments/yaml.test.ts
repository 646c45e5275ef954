import { describe, expect, it } from "vitest";
import { partsOf, read, write } from "./yaml";

const SEGMENT = {
  id: "anglers",
  name: "Anglers",
  where: [{ trait: "city", in: ["Kyiv", "Odesa"] }, { any: [{ did: "Product Viewed" }] }],
};

describe("a segment as a file", () => {
  it("is read as it was written", () => {
    expect(read(write(SEGMENT), "anglers").segment).toEqual(SEGMENT);
  });

  it("tells where a path stands", () => {
    const text = write(SEGMENT);
    const { from, to } = read(text, "anglers").place("where[1].any[0].did");
    expect(text.slice(from, to)).toBe("Product Viewed");
    expect(partsOf("where[1].any[0].did")).toEqual(["where", 1, "any", 0, "did"]);
  });

  it("keeps to the nearest thing that is there", () => {
    const text = write(SEGMENT);
    const { from } = read(text, "anglers").place("where[0].whatever");
    expect(text.slice(from)).toMatch(/^trait: city/);
  });

  it("says where it cannot be read", () => {
    const { segment, marks } = read("where: [{trait: city", "anglers");
    expect(segment).toBeNull();
    expect(marks.length).toBeGreaterThan(0);
    expect(read("- a list", "anglers").segment).toBeNull();
  });
});
