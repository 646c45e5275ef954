/** Typed calls to the server; a refusal becomes a Problem, changes carry the session's token. */
import i18next from "i18next";
import createClient, { type Middleware } from "openapi-fetch";
import { ask } from "~/app/early";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** What the server refused: what happened, where, and what to do. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly where = "",
    readonly fix = "",
    /** The server's sentence, where it has none in the reader's language. */
    readonly english = "",
  ) {
    super(message);
    this.name = "Problem";
  }
}

let token = "";
let onLoggedOut = () => {};
let onFactorDue = () => {};

/** The session's token, which goes with every change. */
export function setToken(value: string) {
  token = value;
}

/** What to do once the server no longer knows who asks. */
export function whenLoggedOut(act: () => void) {
  onLoggedOut = act;
}

/** What to do once everybody has to have a second factor and whoever asks has none. */
export function whenFactorDue(act: () => void) {
  onFactorDue = act;
}

export async function problemOf(response: Response): Promise<Problem> {
  let told: Record<string, unknown> = {};
  try {
    told = await response.clone().json();
  } catch {
    // A proxy between may answer in words of its own.
  }
  const text = (name: string) => (typeof told[name] === "string" ? String(told[name]) : "");
  const detail = text("detail") || response.statusText || `HTTP ${response.status}`;
  const foreign = !text("says") && !(i18next.language ?? "en").startsWith("en");
  return new Problem(
    response.status,
    text("code") || `http_${response.status}`,
    text("says") || detail,
    text("where"),
    text("says_fix") || text("fix"),
    foreign ? [detail, text("fix")].filter(Boolean).join(" ") : "",
  );
}

const ours: Middleware = {
  onRequest({ request }) {
    request.headers.set("accept-language", i18next.language ?? "en");
    if (token && request.method !== "GET") {
      request.headers.set("x-csrf-token", token);
    }
    return request;
  },
  async onResponse({ response, schemaPath }) {
    if (!response.ok) {
      if (response.status === 401 && !schemaPath.startsWith("/api/session")) {
        onLoggedOut();
      }
      const problem = await problemOf(response);
      if (problem.status === 403 && problem.where === "second_factor") {
        onFactorDue();
      }
      throw problem;
    }
    return response;
  },
  onError() {
    return new Problem(0, "offline", "offline");
  },
};

export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin", fetch: ask });
api.use(ours);

/** The body of an answer; refusals have become exceptions before. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}
