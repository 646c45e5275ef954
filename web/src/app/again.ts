/** Fetching a part of the app once more where the server was away for a moment. */
const TRIES = 20;
const PAUSE_MS = 1_500;

export async function again<T>(load: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await load();
    } catch (fault) {
      if (tries === TRIES) {
        throw fault;
      }
      await new Promise((go) => setTimeout(go, PAUSE_MS));
    }
  }
}
