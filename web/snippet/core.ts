/**
 * The shop's snippet: Segment's browser API on the shop's own server. Until a visitor has agreed it
 * stores nothing and sends nothing.
 *
 * <script async src="https://go.shop.example/maracuja.js" data-key="mrc_browser_..."></script>
 */

import type { Fields, Verb } from "./calls.ts";
import { delivery } from "./delivery.ts";
import { dwelling } from "./dwell.ts";
import { onMove } from "./moves.ts";
import { EVENTS, named, type Shop } from "./shop.ts";
import { allow, read, wasAllowed, write } from "./store.ts";
import { type Calling, type Heard, verbs } from "./verbs.ts";
import { anonymous, forget, setAnonymous, user } from "./visitor.ts";

const AGREED = "mrc_consent";

/** What pages call. */
export interface Analytics extends Record<Verb, Calling>, Shop {
  /** The visitor agrees to being remembered, or no longer does. */
  consent(yes: boolean): void;
  ready(heard?: () => void): Promise<void>;
  on(name: string, heard: Heard): void;
  reset(): void;
  setAnonymousId(id: string): void;
  user(): { id(): string | undefined; anonymousId(): string };
  push(call: unknown[]): void;
  /** Ask whether notifications are welcome: our own question first, then the browser's. */
  askPush(): void;
}

/** What the part that comes later is given. */
export interface Shared {
  analytics: Analytics;
  settings: DOMStringMap;
  host: string;
  read: typeof read;
  write: typeof write;
  agreed(): boolean | undefined;
  /** The product or list that is being looked at. */
  look(): Fields;
}

/** Set the snippet up for the tag that loaded it, unless it already is. */
export const start = (script: HTMLScriptElement): void => {
  const settings = script.dataset;
  const host = settings.host || new URL(script.src).origin;
  const place = window as unknown as Record<string, unknown>;
  const name = settings.name || "analytics";
  place[name] ||= [];
  // Until now it may have been a list of calls: pages that hold it go on with it.
  const analytics = place[name] as Analytics & { splice?(from: number): unknown[][] };
  if (Object.hasOwn(analytics, "consent")) return;

  let agreed: boolean | undefined =
    settings.consent === "given" || wasAllowed(AGREED) || undefined;
  if (agreed) allow(true);
  const way = delivery(`${host}/v1/b`, settings.key as string, () => agreed);
  const { calls, emit, on, came } = verbs(
    (call) => {
      if (agreed !== false) way.add(call);
    },
    (event, properties) => {
      if (/^Product (List )?Viewed$/.test(event)) dwell.begin(event, properties);
    },
  );
  const dwell = dwelling(calls.track);

  // What few pages need is loaded apart, and only once it may.
  let late: Promise<{ ask(): void }> | undefined;
  const load = () => {
    const { look } = dwell;
    const shared: Shared = { analytics, settings, host, read, write, agreed: () => agreed, look };
    late ||= import(/* @vite-ignore */ `${host}/maracuja/${__LATE__}`).then((one) =>
      one.start(shared),
    );
    return late;
  };
  const wake = () => {
    way.later(0);
    if (agreed && (settings.push || settings.reviews || "exit" in settings))
      load().catch(() => {});
  };

  const queued = analytics.splice?.(0) || [];
  const own: Record<string, unknown> = {
    ...calls,
    consent(yes) {
      agreed = yes;
      if (yes) write(AGREED, 1);
      allow(yes);
      wake();
    },
    ready: (heard) => Promise.resolve().then(heard),
    on,
    reset: forget,
    setAnonymousId: setAnonymous,
    user: () => ({ id: user, anonymousId: anonymous }),
    // Only what is here is called: functions of the list itself would push again.
    push: ([verb, ...given]) => (own[verb as string] as Calling)?.(...given),
    askPush: () => load().then((one) => one.ask()),
  } satisfies Omit<Analytics, keyof Shop>;
  for (const event of EVENTS) {
    own[named(event)] = (...given: unknown[]) => calls.track(event, ...given);
  }
  Object.assign(analytics, own);

  const manual = settings.pages === "manual";
  onMove((from) => {
    emit("leave");
    dwell.begin();
    came(from);
    // Routers name the page a little later.
    if (!manual) setTimeout(() => analytics.page(), 50);
  });
  const hide = () => {
    emit("leave");
    dwell.hidden();
    way.last();
  };
  addEventListener("pagehide", hide);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return hide();
    dwell.seen();
    way.later(0);
  });

  if (settings.user && settings.user !== user()) {
    analytics.identify(settings.user, {}, { context: { signature: settings.proof } });
  }
  if (!manual && !queued.some(([verb]) => verb === "page")) queued.push(["page"]);
  for (const call of queued) analytics.push(call);
  wake(); // an earlier page may have left calls
};
