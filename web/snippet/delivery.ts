/** Calls on their way: kept until the server has them, sent again until then, never out of order. */

import type { Call } from "./calls.ts";
import { read, write } from "./store.ts";

const QUEUE = "mrc_queue";
const CALLS_MAX = 500;
/** Browsers send at most 64 KB in requests that outlive their page. */
const CHARACTERS_MAX = 20_000;
const PAUSE_MS = 60_000;

/** The way of calls to `url`; nothing goes while `open` says no. */
export const delivery = (url: string, key: string, open: () => unknown) => {
  let timer: ReturnType<typeof setTimeout>;
  let flying: string[] = []; // ids of the batch that is on its way
  let tries = 0;

  const waiting = () => read<Call[]>(QUEUE) || [];

  const grounded = () => waiting().filter((call) => !flying.includes(call.messageId));

  const next = () => {
    let characters = 0;
    return grounded().filter((call, n) => {
      characters += JSON.stringify(call).length;
      return !n || characters < CHARACTERS_MAX;
    });
  };

  const body = (batch: Call[]) =>
    JSON.stringify({ writeKey: key, batch, sentAt: new Date().toISOString() });

  const later = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(flush, ms);
  };

  const flush = async () => {
    const batch = next();
    if (flying.length || !open() || !batch.length) return;
    flying = batch.map((call) => call.messageId);
    try {
      // A text needs no preflight; `keepalive` lets it outlive the page.
      const answer = await fetch(url, { method: "POST", body: body(batch), keepalive: true });
      // What is refused would be refused again, but for "too many" and "not now".
      if (answer.status > 499 || answer.status === 429) throw answer;
      write(QUEUE, grounded());
      tries = 0;
    } catch {
      tries++;
    }
    flying = [];
    later(tries && Math.min(PAUSE_MS, 500 * 2 ** tries) * (0.5 + Math.random()));
  };

  addEventListener("online", () => later(0));

  return {
    /** Take a call: it is kept, and sent with those of the same moment. */
    add(call: Call) {
      write(QUEUE, [...waiting(), call].slice(-CALLS_MAX));
      later(20);
    },
    /** The page may end: hand over what waits. It is kept, as nobody hears whether it arrived. */
    last() {
      const batch = next();
      clearTimeout(timer);
      if (open() && batch.length) navigator.sendBeacon(url, body(batch));
    },
    later,
  };
};
