/** Which reviews are really read: those that stay in view, on a page that is. */

import type { Shared } from "./core.ts";

/** After so many seconds in view a review has been read. */
export const READ_S = 2;

const inView = (one: Element): boolean => {
  const { top, bottom } = one.getBoundingClientRect();
  const middle = (top + bottom) / 2;
  return bottom > top && middle > 0 && middle < innerHeight;
};

/** Tells `Reviews Read` with their number, once the page is left; `selector` finds each review. */
export const watchReviews = ({ analytics, look }: Shared, selector: string): void => {
  const seconds = new WeakMap<Element, number>();
  let reviews = 0;
  setInterval(() => {
    if (document.hidden) return;
    for (const one of document.querySelectorAll(selector)) {
      const now = (seconds.get(one) || 0) + Number(inView(one));
      if (now === READ_S && seconds.get(one) !== now) reviews++;
      seconds.set(one, now);
    }
  }, 1000);
  analytics.on("leave", () => {
    if (reviews) analytics.track("Reviews Read", { ...look(), reviews });
    reviews = 0;
  });
};
