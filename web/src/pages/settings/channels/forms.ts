/** Which settings of a channel are asked for first; all others stand below, for engineers. */
import type { Account, Setting } from "../data";
import { shownValue, type Values } from "../setting";

const FIRST: Record<string, readonly string[]> = {
  email: [
    "sender",
    "reply_to",
    "host",
    "port",
    "security",
    "user",
    "password",
    "dkim_domain",
    "dkim_selector",
    "hear_replies",
    "warm_up_from",
  ],
  telegram: ["token", "bot", "webhook_secret", "topics"],
  sms: [
    "driver",
    "sender",
    "account_sid",
    "auth_token",
    "gateway_key",
    "webhook_secret",
    "host",
    "port",
    "tls",
    "system_id",
    "password",
    "letters",
    "price_per_part",
    "topics",
  ],
  viber: ["token", "sender_name", "bot_uri", "welcome", "welcome_button", "topics"],
  viber_business: [
    "driver",
    "token",
    "sender",
    "webhook_secret",
    "price_per_message",
    "sms_fallback",
    "sms_sender",
  ],
  whatsapp: [
    "phone_number_id",
    "business_id",
    "number",
    "token",
    "app_secret",
    "verify_token",
    "price_per_message",
    "greeting",
    "topics",
  ],
  messenger: ["page_id", "page_name", "token", "app_secret", "verify_token", "topics"],
  instagram: ["instagram_id", "page_name", "token", "app_secret", "verify_token", "topics"],
  web_push: ["private_key", "subject", "title", "icon", "badge"],
  mobile_push: [
    "service_account",
    "apns_key",
    "apns_key_id",
    "apns_team_id",
    "apns_topic",
    "title",
    "webhook_secret",
  ],
  web_chat: ["secret", "origins", "greeting", "topics"],
  webhook: ["base_url", "secret", "topics"],
};

/** Settings that only some of a channel's gateways have. */
const ONLY: Record<string, Record<string, string>> = {
  sms: {
    account_sid: "twilio",
    auth_token: "twilio",
    gateway_key: "alphasms",
    webhook_secret: "alphasms",
    host: "smpp",
    port: "smpp",
    tls: "smpp",
    system_id: "smpp",
    password: "smpp",
  },
};

/** Secrets that are ours to make up, and of how many letters. */
const MADE_UP: Record<string, number> = {
  webhook_secret: 32,
  verify_token: 32,
  secret: 64,
};

export const madeUp = (of: Setting) =>
  of.takes === "secret" && !of.filled ? (MADE_UP[of.name] ?? 0) : 0;

/** A long word of letters and digits that nobody guesses. */
export function longWord(letters: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(letters));
  return Array.from(bytes, (one) => "abcdefghjkmnpqrstuvwxyz23456789"[one % 31]).join("");
}

/** A VAPID key: 32 bytes as base64url. */
export function vapidKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace("=", "");
}

/** The settings in two parts: what is asked for with this gateway, and the rest. */
export function parted(of: Account, written: Values): [Setting[], Setting[]] {
  const names = FIRST[of.channel] ?? [];
  const driver = of.settings.find((one) => one.name === "driver");
  const chosen = driver ? shownValue(driver, written) : "";
  const only = ONLY[of.channel] ?? {};
  const fits = ({ name }: Setting) => (only[name] ?? chosen) === chosen;
  const first = names.flatMap((name) => of.settings.filter((one) => one.name === name));
  const rest = of.settings.filter(({ name }) => !names.includes(name));
  return [first.filter(fits), rest];
}
