/** Whoever moves the pointer out of the top of the page is about to leave: told once for each. */

import { address } from "./context.ts";
import type { Shared } from "./core.ts";

/** Tells `Exit Intent`, and the page by the event `maracuja:exit`. */
export const watchExit = ({ analytics, look }: Shared): void => {
  let told = "";
  document.addEventListener("mouseout", (event) => {
    if (event.relatedTarget || event.clientY > 0 || told === address()) return;
    told = address();
    const detail = look();
    analytics.track("Exit Intent", detail);
    document.dispatchEvent(new CustomEvent("maracuja:exit", { detail }));
  });
};
