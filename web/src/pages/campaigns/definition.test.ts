import { describe, expect, it } from "vitest";
import {
  audienceOf,
  changed,
  type Draft,
  lacksOf,
  setOff,
  whenOf,
  withoutVariant,
  withTwin,
  withVariant,
} from "./definition";

const DRAFT: Draft = { id: "a", topic: "news", audience: "all", template: "spring" };

describe("a campaign that is changed", () => {
  it("keeps fields that the wizard does not know", () => {
    const odd: Draft = { ...DRAFT, utm: { content: "top" }, of_tomorrow: [1] };
    const next = setOff(changed(odd, { name: "B", holdout: undefined }), "every", "2026-12-01");
    expect(next.utm).toEqual({ content: "top" });
    expect(next.of_tomorrow).toEqual([1]);
    expect("holdout" in next).toBe(false);
  });

  it("is set off in one way at a time", () => {
    const dated = setOff(DRAFT, "date", "2026-12-01");
    expect(dated.schedule).toEqual({ day: "2026-12-01", at: "10:00" });
    const triggered = setOff(dated, "trigger", "2026-12-01");
    expect(whenOf(triggered)).toBe("trigger");
    expect(triggered.schedule).toBeUndefined();
    const series = changed(triggered, { template: undefined, messages: [{ template: "one" }] });
    const plain = setOff(series, "now", "2026-12-01");
    expect(plain.template).toBe("one");
    expect(plain.messages).toBeUndefined();
    expect(plain.trigger).toBeUndefined();
  });

  it("has variants or one text, never both", () => {
    const two = withVariant(DRAFT);
    expect(two.template).toBeUndefined();
    expect(two.variants?.map((one) => one.template)).toEqual(["spring", ""]);
    expect(withoutVariant(two, "b")).toEqual(DRAFT);
    const twins = withTwin(DRAFT);
    expect(twins.variants?.[1]).toEqual({ id: "generic", generic_twin_of: "personal" });
    expect(withoutVariant(twins, "personal").template).toBe("");
  });

  it("says what it still lacks", () => {
    expect(lacksOf({ id: "" })).toEqual(["topic", "audience", "text"]);
    expect(lacksOf(DRAFT)).toEqual([]);
    expect(lacksOf(withVariant(DRAFT))).toEqual(["text"]);
    expect(lacksOf(setOff({ ...DRAFT, audience: "" }, "trigger", ""))).toEqual(["event"]);
    expect(lacksOf({ ...DRAFT, cascade: { steps: [{ channel: "sms" }] } })).toEqual(["steps"]);
  });

  it("tells its audience as conditions", () => {
    expect(audienceOf({ id: "" })).toBeNull();
    expect(audienceOf({ ...DRAFT, exclude: ["staff", "vip"] })).toEqual([
      { segment: "all" },
      { none: [{ segment: "staff" }, { segment: "vip" }] },
    ]);
    const quick = [{ trait: "city", is: "Kyiv" }];
    expect(audienceOf({ ...DRAFT, audience: quick })).toEqual(quick);
  });
});
