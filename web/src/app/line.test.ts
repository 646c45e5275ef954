import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Beside, GONE, Line, pause, type Thing } from "./line";

class Wire {
  static all: Wire[] = [];
  onmessage: (event: { data: string }) => void = () => {};
  onclose: (event: { code: number }) => void = () => {};
  closed = false;
  sent: unknown[] = [];
  constructor(readonly url: string) {
    Wire.all.push(this);
  }
  close() {
    this.closed = true;
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  say(frame: unknown) {
    this.onmessage({ data: JSON.stringify(frame) });
  }
}

const last = () => Wire.all[Wire.all.length - 1] as Wire;

function make() {
  const told: Thing[][] = [];
  const states: boolean[] = [];
  const beside: Beside[] = [];
  const over = vi.fn();
  const line = new Line({
    onChanged: (things) => told.push(things),
    onBeside: (found) => beside.push(found),
    onOver: over,
    onState: (up) => states.push(up),
    open: (url) => new Wire(url) as unknown as WebSocket,
    random: () => 1,
  });
  vi.advanceTimersByTime(300);
  return { line, told, states, over, beside };
}

beforeEach(() => {
  Wire.all = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the line", () => {
  it("comes back after a break and hears what it missed", () => {
    const { told, states } = make();
    last().say({ t: "hello", seq: 7 });
    last().say({ t: "changed", seq: 9, things: [{ kind: "conversation", id: "a" }] });
    last().onclose({ code: 1006 });
    expect(states).toEqual([true, false]);
    vi.advanceTimersByTime(1_000);
    expect(Wire.all).toHaveLength(2);
    expect(last().url).toMatch(/\/api\/live\?after=9$/);
    last().say({ t: "hello", seq: 9 });
    last().say({ t: "changed", seq: 12, things: [{ kind: "work", id: "4" }] });
    expect(told.flat().map((one) => one.id)).toEqual(["a", "4"]);
    expect(states).toEqual([true, false, true]);
  });

  it("takes a silent line for a dead one, and a beat for a sign of life", () => {
    const { states } = make();
    last().say({ t: "hello", seq: 1 });
    vi.advanceTimersByTime(39_000);
    last().say({ t: "beat" });
    vi.advanceTimersByTime(39_000);
    expect(states).toEqual([true]);
    vi.advanceTimersByTime(2_000);
    expect(states).toEqual([true, false]);
    expect(Wire.all[0]?.closed).toBe(true);
  });

  it("does not come back once the session is over, or the page has gone", () => {
    const { over } = make();
    last().say({ t: "hello", seq: 1 });
    last().onclose({ code: 4401 });
    vi.advanceTimersByTime(60_000);
    expect(over).toHaveBeenCalledOnce();
    expect(Wire.all).toHaveLength(1);
    const { line } = make();
    line.end();
    last().onclose({ code: 1006 });
    vi.advanceTimersByTime(60_000);
    expect(Wire.all).toHaveLength(2);
  });

  it("says who is here, again and again, and on a new line; and tells who else is", () => {
    const { line, beside } = make();
    const sign = { conversation: "a", writing: false };
    line.here(sign);
    expect(last().sent).toEqual([]);
    last().say({ t: "hello", seq: 1 });
    expect(last().sent).toEqual([{ t: "here", ...sign }]);
    vi.advanceTimersByTime(10_000);
    expect(last().sent).toHaveLength(3);
    const members = [{ name: "Anna", writing: true }];
    last().say({ t: "beside", conversation: "a", members });
    expect(beside).toMatchObject([{ conversation: "a", members }]);
    last().onclose({ code: 1006 });
    vi.advanceTimersByTime(1_000);
    last().say({ t: "hello", seq: 1 });
    expect(last().sent).toEqual([{ t: "here", ...sign }]);
    line.here(GONE);
    vi.advanceTimersByTime(20_000);
    expect(last().sent.slice(1)).toEqual([{ t: "here", ...GONE }]);
  });

  it("is opened anew at once where the network has changed", () => {
    const { line, states } = make();
    last().say({ t: "hello", seq: 3 });
    line.anew();
    expect(Wire.all).toHaveLength(2);
    expect(Wire.all[0]?.closed).toBe(true);
    last().say({ t: "hello", seq: 3 });
    expect(states).toEqual([true, false, true]);
  });

  it("tries at once when it is told to hurry", () => {
    const { line } = make();
    last().onclose({ code: 1006 });
    line.hurry();
    expect(Wire.all).toHaveLength(2);
    line.hurry();
    expect(Wire.all).toHaveLength(2);
  });
});

describe("the pause before the next try", () => {
  it("grows, has an end, and differs from tab to tab", () => {
    expect(pause(0, () => 0)).toBe(500);
    expect(pause(0, () => 1)).toBe(1_000);
    expect(pause(3, () => 1)).toBe(8_000);
    expect(pause(99, () => 1)).toBe(30_000);
  });
});
