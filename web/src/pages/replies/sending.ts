/** Answers on their way: kept in the browser until the server has them, sent in order, never twice. */
import { api, body, Problem } from "~/api/client";
import type { Turn } from "./talks";

export interface Media {
  kind: "picture" | "video" | "file";
  url: string;
  name: string;
}

export interface Answer {
  /** Made here: the server takes the same id for the same answer, however often it comes. */
  id: string;
  talk: string;
  operator: string;
  /** The last turn that was seen when it was written. */
  after: number;
  at: string;
  text: string;
  media: Media[];
  force: boolean;
  /** Why the server has not taken it. */
  refused?: { code: string; where: string; message: string; fix: string };
}

const KEPT = "maracuja-answers";
const AGAIN_MS = 3_000;

type Took = (answer: Answer, turn: Turn) => void;

let answers: readonly Answer[] = kept();
let busy = false;
let again: ReturnType<typeof setTimeout> | undefined;
const watchers = new Set<() => void>();
const takers = new Set<Took>();

function kept(): Answer[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(read) ? (read as Answer[]) : [];
  } catch {
    return [];
  }
}

/** Change what is kept; other tabs may have changed it too. */
function change(next: (answers: readonly Answer[]) => readonly Answer[]) {
  answers = next(kept());
  localStorage.setItem(KEPT, JSON.stringify(answers));
  for (const watch of watchers) {
    watch();
  }
}

export const onWay = () => answers;

export function watchWay(watch: () => void) {
  watchers.add(watch);
  return () => {
    watchers.delete(watch);
  };
}

/** Hear which answer has become which turn. */
export function whenTaken(took: Took) {
  takers.add(took);
  return () => {
    takers.delete(took);
  };
}

export function send(answer: Answer) {
  change((all) => [...all.filter((one) => one.id !== answer.id), answer]);
  void flush();
}

export function giveUp(id: string) {
  change((all) => all.filter((one) => one.id !== id));
}

/** Send what waits, one after the other; what does not arrive is tried again. */
export async function flush(): Promise<void> {
  clearTimeout(again);
  if (busy) {
    return;
  }
  busy = true;
  try {
    for (let one = next(); one; one = next()) {
      await give(one);
    }
  } catch (fault) {
    if (!(fault instanceof Problem && fault.status === 401)) {
      again = setTimeout(() => void flush(), AGAIN_MS);
    }
  } finally {
    busy = false;
  }
}

const next = () => answers.find((one) => !one.refused);

/** Hand one over; throws where it did not arrive or came at a bad moment. */
async function give(answer: Answer) {
  const { id, after, operator, text, media, force } = answer;
  try {
    const turn = await body(
      api.POST("/v1/conversations/{number}/answers", {
        params: { path: { number: answer.talk } },
        body: {
          id,
          after,
          operator,
          text,
          force,
          media: media.map((one) => ({ ...one, alt: "" })),
        },
      }),
    );
    giveUp(id);
    for (const took of takers) {
      took(answer, turn);
    }
  } catch (fault) {
    if (!(fault instanceof Problem) || isPassing(fault)) {
      throw fault;
    }
    const { code, where, message, fix } = fault;
    const refused = { code, where, message, fix };
    change((all) => all.map((one) => (one.id === id ? { ...one, refused } : one)));
  }
}

/** Whether a refusal may go by itself: no line, too fast, a server that starts again, no session. */
const isPassing = ({ status }: Problem) =>
  status === 0 || status === 401 || status === 429 || status >= 500;
