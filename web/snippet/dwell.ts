/** How long somebody really looks: time counts while the page is visible and they do something. */

import type { Fields } from "./calls.ts";

/** After so long without a sign of life nobody is there. */
export const IDLE_MS = 30_000;
const SIGNS = ["pointermove", "pointerdown", "keydown", "scroll"];

/** A stopwatch that signs of life keep going; `now` is a monotonic clock in milliseconds. */
export const stopwatch = (now: () => number) => {
  let last = -1; // below 0 it stands still
  let total = 0;
  const lap = () => {
    const at = now();
    if (last >= 0) {
      total += Math.min(at - last, IDLE_MS);
      last = at;
    }
    return at;
  };
  return {
    /** A sign of life, or the page has come into view. */
    touch() {
      last = lap();
    },
    /** The page is out of view. */
    stop() {
      last = -1;
    },
    /** Whole seconds since it was last asked; the rest goes on. */
    take() {
      lap();
      const seconds = Math.floor(total / 1000);
      total -= seconds * 1000;
      return seconds;
    },
    clear() {
      total = 0;
    },
  };
};

/** Tells how long each product and list was looked at, once it no longer is. */
export const dwelling = (tell: (event: string, told: Fields) => void) => {
  const watch = stopwatch(() => performance.now());
  let event = "";
  let of: Fields = {};
  const settle = () => {
    const seconds = watch.take();
    if (event && seconds) tell(event, { ...of, seconds });
  };
  const seen = () => {
    if (!document.hidden) watch.touch();
  };
  for (const sign of SIGNS) {
    addEventListener(sign, seen, { capture: true, passive: true });
  }
  seen();
  return {
    /** `Product Viewed` begins a look, and the next look or page ends it. */
    begin(viewed = "", { product_id, list_id, category }: Fields = {}) {
      settle();
      watch.clear();
      event = viewed.replace("Viewed", "Dwelled");
      of = { product_id, list_id, category };
    },
    /** What is being looked at. */
    look: () => of,
    seen,
    hidden() {
      settle();
      watch.stop();
    },
  };
};
