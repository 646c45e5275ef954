/**
 * Notifications, asked for politely: our own question first, and the browser's only after a "yes".
 * Nobody is asked before they agreed to being remembered, nor again soon after a "not now".
 */

import type { Shared } from "./core.ts";
import { question } from "./question.ts";

const KEPT = "mrc_push"; // when somebody was last asked, or their subscription last told
const DAY_MS = 86_400_000;
const ASK_AGAIN_DAYS = 90;
const TELL_AGAIN_DAYS = 7;
const AFTER_S = 30;

/** What `/w/web_push/main?page` puts into the page; it knows the shop's key. */
interface Subscribing {
  subscribe(registration: ServiceWorkerRegistration): Promise<PushSubscriptionJSON>;
}

const subscribing = (host: string): Promise<Subscribing> =>
  new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${host}/w/web_push/main?page`;
    script.onload = () =>
      resolve((window as unknown as { maracujaPush: Subscribing }).maracujaPush);
    script.onerror = reject;
    document.head.append(script);
  });

/** Asks by itself after a while, where the tag names a topic; `ask` asks at once. */
export const notifications = ({ analytics, settings, host, read, write, agreed }: Shared) => {
  const days = () => (Date.now() - (read<number>(KEPT) || 0)) / DAY_MS;
  const possible = "PushManager" in window && "serviceWorker" in navigator;

  const subscribe = async () => {
    write(KEPT, Date.now());
    const page = await subscribing(host);
    const registration = await navigator.serviceWorker.register(settings.pushWorker || "/push.js");
    await navigator.serviceWorker.ready;
    const web_push = await page.subscribe(registration);
    return analytics.identify({}, { context: { web_push } });
  };

  const ask = async () => {
    const topic = settings.push;
    if (!possible || !topic || !agreed() || Notification.permission !== "default") return;
    const { yes, text, language } = await question(settings.pushText);
    write(KEPT, Date.now());
    // At once, while the press still counts as one.
    if (!yes || (await Notification.requestPermission()) !== "granted") return;
    await subscribe();
    analytics.track("Subscription Updated", {
      topic,
      channel: "web_push",
      state: "opted_in",
      source: location.hostname,
      text,
      language,
    });
  };

  let seconds = 0;
  const wait = settings.pushAfter === "asked" ? Infinity : Number(settings.pushAfter) || AFTER_S;
  if (possible && settings.push && days() > ASK_AGAIN_DAYS) {
    const timer = setInterval(() => {
      if (document.hidden || ++seconds < wait) return;
      clearInterval(timer);
      ask();
    }, 1000);
  }
  // Browsers change subscriptions and forget to say so.
  if (possible && Notification.permission === "granted" && days() > TELL_AGAIN_DAYS) subscribe();
  return { ask };
};
