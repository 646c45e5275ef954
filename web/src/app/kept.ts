/** What people are writing, kept in this browser until the server has it; never a secret. */
import { useMemo, useSyncExternalStore } from "react";

const PREFIX = "maracuja-draft-";

/** What the browser has no room for, or may not keep, lasts as long as the page. */
const inHand = new Map<string, string>();
const hearers = new Set<() => void>();

function stored(key: string): string | null {
  const held = inHand.get(key);
  if (held !== undefined) {
    return held;
  }
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, text: string | null) {
  inHand.delete(key);
  try {
    text === null ? localStorage.removeItem(key) : localStorage.setItem(key, text);
  } catch {
    text === null || inHand.set(key, text);
  }
  for (const hear of hearers) {
    hear();
  }
}

function subscribe(hear: () => void) {
  hearers.add(hear);
  window.addEventListener("storage", hear);
  return () => {
    hearers.delete(hear);
    window.removeEventListener("storage", hear);
  };
}

function read<T>(text: string | null): T | null {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/**
 * What is being written at a place (`campaign-spring`, `outlet-new`), and how to keep more of it:
 * null where nothing is, and null forgets it. Everybody who asks for a place sees the same, in
 * every tab.
 */
export function useKept<T>(place: string): [T | null, (next: T | null) => void] {
  const key = PREFIX + place;
  const text = useSyncExternalStore(subscribe, () => stored(key));
  const kept = useMemo(() => read<T>(text), [text]);
  return [kept, (next) => store(key, next === null ? null : JSON.stringify(next))];
}

/** Whether something is written at a place that the server has not got. */
export const isKept = (place: string) => stored(PREFIX + place) !== null;
