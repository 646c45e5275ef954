/** Starts the snippet where its tag stands. */

import { start } from "./core.ts";

if (document.currentScript) start(document.currentScript as HTMLScriptElement);
