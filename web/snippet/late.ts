/** What few pages need: loaded apart, and only once a visitor has agreed. */

import type { Shared } from "./core.ts";
import { watchExit } from "./exit.ts";
import { notifications } from "./push.ts";
import { watchReviews } from "./reviews.ts";

export const start = (shared: Shared) => {
  const { settings } = shared;
  if ("exit" in settings) watchExit(shared);
  if (settings.reviews) watchReviews(shared, settings.reviews);
  return notifications(shared);
};
