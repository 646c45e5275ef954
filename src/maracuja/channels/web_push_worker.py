"""The service worker and the page's function for web push, as scripts that the server hands out.

They run in the browsers of a shop's visitors: nothing in them asks for permission by itself.
"""

from __future__ import annotations

from typing import Final

# The page's own worker says importScripts("https://.../w/web_push/main?worker").
WORKER: Final = """\
"use strict";
const maracujaTell = (data, event, proof, payload) => {
  if (!data || !data.hook || !proof) return Promise.resolve();
  const body = JSON.stringify({event, reference: data.reference, proof, payload: payload || ""});
  const how = {method: "POST", body, mode: "no-cors", credentials: "omit", keepalive: true};
  return fetch(data.hook, how).catch(() => {});
};
const maracujaStore = "maracuja-push", maracujaPath = "/maracuja-push";
// What proves later on that a new subscription is that of the same browser.
const maracujaKeep = async (data) => {
  const held = data.renew && (await self.registration.pushManager.getSubscription());
  if (!held) return;
  const {hook, device, renew} = data;
  const kept = JSON.stringify({hook, device, renew, old: held.toJSON()});
  await (await caches.open(maracujaStore)).put(maracujaPath, new Response(kept));
};
const maracujaRenew = async (event) => {
  const store = await caches.open(maracujaStore), found = await store.match(maracujaPath);
  if (!found) return;
  const kept = await found.json(), manager = self.registration.pushManager;
  const text = "KEY".replace(/-/g, "+").replace(/_/g, "/");
  const applicationServerKey = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const made = event.newSubscription || (await manager.getSubscription()) ||
    (await manager.subscribe({userVisibleOnly: true, applicationServerKey}));
  const payload = JSON.stringify({old: kept.old, made: made.toJSON()});
  const bytes = (one) => new TextEncoder().encode(one);
  const how = {name: "HMAC", hash: "SHA-256"};
  const key = await crypto.subtle.importKey("raw", bytes(kept.renew), how, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(payload)));
  const proof = btoa(String.fromCharCode(...mac.slice(0, 12)));
  const proven = proof.replace(/\\+/g, "-").replace(/\\//g, "_");
  await maracujaTell({hook: kept.hook, reference: kept.device}, "renewed", proven, payload);
  await store.delete(maracujaPath);
};
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(maracujaRenew(event).catch(() => {}));
});
self.addEventListener("push", (event) => {
  let told = null;
  try { told = event.data.json(); } catch (fault) { return; }
  if (!told || told.web_push !== 8030 || !told.notification) return;
  const {title, navigate, actions, ...options} = told.notification;
  const data = options.data || {};
  data.navigate = navigate;
  data.urls = (actions || []).map((one) => one.navigate || "");
  options.data = data;
  options.actions = (actions || []).map(({action, title}) => ({action, title}));
  event.waitUntil(Promise.all([
    self.registration.showNotification(title, options),
    maracujaTell(data, "delivered", data.delivered),
    maracujaKeep(data).catch(() => {}),
  ]));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const data = event.notification.data || {};
  const pressed = event.action === "" ? null : Number(event.action);
  const reply = pressed === null ? null : (data.replies || [])[pressed];
  const url = pressed === null ? data.navigate : (data.urls || [])[pressed];
  const told = reply
    ? maracujaTell(data, "pressed", reply.proof, reply.payload)
    : maracujaTell(data, "clicked", (data.clicked || [])[pressed === null ? 0 : pressed + 1]);
  const opened = url && !reply ? self.clients.openWindow(url).catch(() => {}) : null;
  event.waitUntil(Promise.all([told, opened]));
});
self.addEventListener("notificationclose", (event) => {
  const data = event.notification.data || {};
  event.waitUntil(maracujaTell(data, "closed", data.closed));
});
"""

# The page loads it from "?page" and calls maracujaPush.subscribe(registration) after a press.
PAGE: Final = """\
"use strict";
window.maracujaPush = {
  key: "KEY",
  async subscribe(registration) {
    const text = this.key.replace(/-/g, "+").replace(/_/g, "/");
    const applicationServerKey = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const manager = registration.pushManager;
    const held = await manager.getSubscription();
    if (held) return held.toJSON();
    const made = await manager.subscribe({userVisibleOnly: true, applicationServerKey});
    return made.toJSON();
  },
  async unsubscribe(registration) {
    const held = await registration.pushManager.getSubscription();
    if (!held) return null;
    await held.unsubscribe();
    return held.toJSON();
  },
};
"""
