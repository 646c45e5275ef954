/** Pages that change without loading, by the history of the browser. */

import { address } from "./context.ts";

/** Call back with the address that was left, whenever it changes (but for what is behind #). */
export const onMove = (moved: (from: string) => void) => {
  let here = address();
  const look = () => {
    const from = here;
    here = address();
    if (here !== from) moved(from);
  };
  for (const step of ["pushState", "replaceState"] as const) {
    const before = history[step];
    history[step] = (...given) => {
      before.apply(history, given);
      look();
    };
  }
  addEventListener("popstate", look);
};
