/** Conversations as the page keeps them: lists and threads, patched with what has come. */
import type { Schemas } from "~/api/client";

export type Talk = Schemas["ConversationShown"];
export type Turn = Schemas["TurnShown"];
export type State = "open" | "waiting" | "closed";

/** Which conversations are listed, as the address holds it. */
export interface Filter {
  state: State | "";
  channel: string;
  mine: boolean;
}

/** A thread as far as it has been read: `earlier` says that turns before the first are not here. */
export interface Thread {
  conversation: Talk;
  turns: readonly Turn[];
  earlier: boolean;
}

export const FILTER: Filter = { state: "open", channel: "", mine: false };

const channelFits = (channel: string, wanted: string) =>
  !wanted || channel === wanted || channel.startsWith(`${wanted}/`);

export const fits = (talk: Talk, { state, channel, mine }: Filter, me: string) =>
  (!state || talk.state === state) &&
  channelFits(talk.channel, channel) &&
  (!mine || talk.assignee === me);

/** The list with a conversation as it is now: in its place, taken out, or left as it was. */
export function placed(
  talks: readonly Talk[],
  talk: Talk,
  stays: boolean,
  whole: boolean,
): Talk[] {
  const others = talks.filter((one) => one.id !== talk.id);
  if (!stays) {
    return others;
  }
  const at = others.findIndex((one) => one.last <= talk.last);
  if (at < 0) {
    // Older than all that has been read: it comes with the part of the list that it belongs to.
    return whole || others.length < talks.length ? [...others, talk] : others;
  }
  return [...others.slice(0, at), talk, ...others.slice(at)];
}

/** A thread with turns that were read later: each once, in order, the newer word counts. */
export function joined(turns: readonly Turn[], more: readonly Turn[]): Turn[] {
  const known = new Map(turns.map((turn) => [turn.seq, turn]));
  for (const turn of more) {
    known.set(turn.seq, turn);
  }
  return [...known.values()].sort((one, other) => one.seq - other.seq);
}

/** Whether the channel still takes answers, and until when; null where it always does. */
export function answerable(talk: Talk, now: number = Date.now()) {
  if (!talk.answer_until) {
    return null;
  }
  const until = new Date(talk.answer_until).getTime();
  return { open: until > now, until: talk.answer_until };
}
