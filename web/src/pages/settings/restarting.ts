/** Waiting until the server has started anew with other settings. */
import { api } from "~/api/client";
import { queries } from "~/app/queries";

const LOOK_MS = 400;
const TRIES = 60;
const BEGUN_MS = 900;

const pause = (ms: number) => new Promise((go) => setTimeout(go, ms));

/** Done once the server answers again; what pages show is then read anew. */
export async function restarted(): Promise<void> {
  await pause(BEGUN_MS);
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      await api.GET("/api/session");
      break;
    } catch {
      await pause(LOOK_MS);
    }
  }
  await queries.invalidateQueries();
}
