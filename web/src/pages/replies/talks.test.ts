import { describe, expect, it } from "vitest";
import { answerable, FILTER, fits, joined, placed, type Talk, type Turn } from "./talks";

const talk = (id: string, more: Partial<Talk> = {}): Talk => ({
  id,
  pid: 1,
  name: id,
  channel: "telegram",
  account: "telegram",
  address: "1",
  state: "open",
  opened: "2026-11-01T00:00:00Z",
  last: "2026-11-20T12:00:00Z",
  last_word: "2026-11-20T12:00:00Z",
  seq: 1,
  unread: 1,
  assignee: "",
  language: "",
  snippet: "",
  answer_until: null,
  ...more,
});

const turn = (seq: number, status = ""): Turn => ({
  seq,
  id: String(seq),
  at: "2026-11-20T12:00:00Z",
  author: "person",
  operator: "",
  text: "",
  media: [],
  buttons: [],
  tapped: "",
  about: "",
  status,
  code: "",
  subject: "",
});

const names = (talks: readonly Talk[]) => talks.map((one) => one.id).join("");

describe("a list", () => {
  const a = talk("a", { last: "2026-11-20T12:03:00Z" });
  const b = talk("b", { last: "2026-11-20T12:02:00Z" });
  const c = talk("c", { last: "2026-11-20T12:01:00Z" });

  it("moves a conversation to where its last turn belongs, and shows it once", () => {
    const now = { ...c, last: "2026-11-20T12:05:00Z", snippet: "New" };
    const moved = placed([a, b, c], now, true, true);
    expect(names(moved)).toBe("cab");
    expect(moved[0]?.snippet).toBe("New");
  });

  it("takes out what fits no longer, and lets in what is new", () => {
    expect(names(placed([a, b, c], b, false, true))).toBe("ac");
    expect(names(placed([a, c], b, true, false))).toBe("abc");
  });

  it("does not show at its end what belongs to a part that was not read", () => {
    expect(names(placed([a, b], c, true, false))).toBe("ab");
    expect(names(placed([a, b], c, true, true))).toBe("abc");
  });
});

describe("a filter", () => {
  it("knows whose turn it is, the channel with its accounts, and one's own", () => {
    expect(fits(talk("a"), FILTER, "Anna")).toBe(true);
    expect(fits(talk("a", { state: "closed" }), FILTER, "Anna")).toBe(false);
    expect(fits(talk("a", { state: "closed" }), { ...FILTER, state: "" }, "Anna")).toBe(true);
    const telegram = { ...FILTER, channel: "telegram" };
    expect(fits(talk("a", { channel: "telegram/promo" }), telegram, "Anna")).toBe(true);
    expect(fits(talk("a", { channel: "viber" }), telegram, "Anna")).toBe(false);
    expect(fits(talk("a"), { ...FILTER, mine: true }, "Anna")).toBe(false);
    expect(fits(talk("a", { assignee: "Anna" }), { ...FILTER, mine: true }, "Anna")).toBe(true);
  });
});

describe("a thread", () => {
  it("holds each turn once, in order, as it was read last", () => {
    const thread = joined([turn(1), turn(2, "queued")], [turn(2, "sent"), turn(3)]);
    expect(thread.map((one) => `${one.seq}${one.status}`)).toEqual(["1", "2sent", "3"]);
  });

  it("says whether its channel still takes an answer", () => {
    const now = Date.parse("2026-11-20T12:00:00Z");
    expect(answerable(talk("a"), now)).toBeNull();
    const until = (at: string) => answerable(talk("a", { answer_until: at }), now)?.open;
    expect(until("2026-11-20T12:00:01Z")).toBe(true);
    expect(until("2026-11-20T12:00:00Z")).toBe(false);
  });
});
