import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ask, askEarly } from "./early";

const said = (text: string) => Promise.resolve(new Response(text));
const url = (path: string) => new URL(path, location.origin).href;

describe("what is asked early", () => {
  let answer = "early";
  const fetched = vi.fn(() => said(answer));

  beforeEach(() => {
    answer = "early";
    fetched.mockClear();
    vi.stubGlobal("fetch", fetched);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  async function asked(path: string, method = "GET") {
    return (await ask(new Request(url(path), { method }))).text();
  }

  it("is the answer to the first who asks, and to nobody else", async () => {
    askEarly("/api/overview", "uk");
    answer = "late";
    expect(await asked("/api/overview")).toBe("early");
    expect(await asked("/api/overview")).toBe("late");
    expect(fetched).toHaveBeenCalledTimes(2);
  });

  it("is asked in the reader's language", () => {
    askEarly("/api/claims", "mn");
    const headers = { "accept-language": "mn" };
    expect(fetched).toHaveBeenCalledWith("/api/claims", { headers, credentials: "same-origin" });
  });

  it("is no longer true after a change", async () => {
    askEarly("/api/people/3", "en");
    answer = "late";
    await asked("/api/session", "POST");
    expect(await asked("/api/people/3")).toBe("late");
  });

  it("grows old", async () => {
    askEarly("/api/people/4", "en");
    answer = "late";
    const then = performance.now();
    vi.spyOn(performance, "now").mockReturnValue(then + 16_000);
    expect(await asked("/api/people/4")).toBe("late");
  });
});
