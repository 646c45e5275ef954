/** What the server is asked before the app that wants the answer has come. */

const KEPT_MS = 15_000; // as long as an answer counts as fresh in the app itself
const early = new Map<string, { asked: number; answer: Promise<Response> }>();

/** Ask the server for this address, for whoever asks for it first. */
export function askEarly(path: string, language: string): void {
  const headers = { "accept-language": language };
  const answer = fetch(path, { headers, credentials: "same-origin" });
  answer.catch(() => {}); // whoever takes it says what went wrong
  early.set(new URL(path, location.origin).href, { asked: performance.now(), answer });
  tell();
}

/** Ask the server, or take what was asked early; after a change nothing of that is true any more. */
export function ask(request: Request): Promise<Response> {
  if (request.method !== "GET") {
    early.clear();
  }
  const found = early.get(request.url);
  early.delete(request.url);
  tell();
  return found && performance.now() - found.asked < KEPT_MS ? found.answer : fetch(request);
}

/** How many answers nobody has taken stands in the page, as that it is ready does. */
function tell() {
  document.documentElement.dataset.early = String(early.size);
}
