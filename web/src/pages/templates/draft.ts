/** A template while it is written, with undo. */
import { useReducer } from "react";
import { queries } from "~/app/queries";
import { useWriting } from "~/app/writing";
import type { Template } from "./template";

const MERGED_MS = 900;
const UNDONE_MAX = 200;

interface History {
  /** The latest first. */
  past: Template[];
  future: Template[];
  /** Where was written last, and when: one word is one step. */
  place: string;
  at: number;
}

/** `shown` is what was there before the step. */
type Step =
  | { type: "change"; shown: Template; place: string; at: number }
  | { type: "undo" | "redo"; shown: Template }
  | { type: "drop" };

export const NOTHING: History = { past: [], future: [], place: "", at: 0 };

export function stepped(history: History, step: Step): History {
  const { past, future, place, at } = history;
  switch (step.type) {
    case "drop":
      return NOTHING;
    case "undo":
      return { past: past.slice(1), future: [step.shown, ...future], place: "", at };
    case "redo":
      return { past: [step.shown, ...past], future: future.slice(1), place: "", at };
    case "change": {
      const same = step.place && step.place === place && step.at - at < MERGED_MS;
      const before = same ? past : [step.shown, ...past].slice(0, UNDONE_MAX);
      return { past: before, future: [], place: step.place, at: step.at };
    }
  }
}

/** What is written of a template; `name` is '' for a new one, which begins with `fresh`. */
export function useDraft(name: string, fresh: Template) {
  const writing = useWriting<Template>("template", name, {
    fresh,
    idOf: (template) => template.id || "message",
    changed: () => queries.invalidateQueries({ queryKey: ["definitions"] }),
  });
  const [{ past, future }, step] = useReducer(stepped, NOTHING);
  const { draft: template, put } = writing;
  const back = (type: "undo" | "redo", to: Template | undefined) =>
    to
      ? () => {
          put(to);
          step({ type, shown: template });
        }
      : null;
  return {
    ...writing,
    template,
    change: (next: Template, place = "") => {
      put(next);
      step({ type: "change", shown: template, place, at: Date.now() });
    },
    undo: back("undo", past[0]),
    redo: back("redo", future[0]),
    drop: () => {
      writing.drop();
      step({ type: "drop" });
    },
  };
}

export type Draft = ReturnType<typeof useDraft>;
