/** A template while it is written: kept in the browser until the server has it, with undo. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useReducer } from "react";
import { api, body, Problem } from "~/api/client";
import { queries } from "~/app/queries";
import type { Template } from "./template";

const MERGED_MS = 900;
const UNDONE_MAX = 200;

interface History {
  /** The version that it started from; 0: none yet. */
  base: number;
  now: Template | null;
  past: Template[];
  future: Template[];
  /** Where was written last, and when: one word is one step. */
  place: string;
  at: number;
}

type Step =
  | {
      type: "change";
      template: Template;
      shown: Template;
      place: string;
      at: number;
      base: number;
    }
  | { type: "undo" | "redo"; shown: Template }
  | { type: "drop" };

export const NOTHING: History = { base: 0, now: null, past: [], future: [], place: "", at: 0 };

export function stepped(history: History, step: Step): History {
  switch (step.type) {
    case "drop":
      return NOTHING;
    case "undo": {
      const [last, ...rest] = history.past;
      return last
        ? { ...history, now: last, past: rest, future: [step.shown, ...history.future], place: "" }
        : history;
    }
    case "redo": {
      const [next, ...rest] = history.future;
      return next
        ? { ...history, now: next, past: [step.shown, ...history.past], future: rest, place: "" }
        : history;
    }
    case "change": {
      const same = step.place && step.place === history.place && step.at - history.at < MERGED_MS;
      const past = same ? history.past : [step.shown, ...history.past].slice(0, UNDONE_MAX);
      const base = history.now ? history.base : step.base;
      return { base, now: step.template, past, future: [], place: step.place, at: step.at };
    }
  }
}

/** A stored definition as a template; the server has checked its shape. */
const templateOf = (stored: Record<string, unknown>) => stored as Template;

const keptAt = (name: string) => `maracuja-template-${name || "new"}`;

function kept(name: string): History {
  try {
    const found = JSON.parse(localStorage.getItem(keptAt(name)) ?? "null");
    return found ? { ...NOTHING, base: found.base, now: found.template } : NOTHING;
  } catch {
    return NOTHING;
  }
}

export const definitionQuery = (name: string) => ({
  queryKey: ["definitions", "template", name],
  queryFn: () =>
    body(
      api.GET("/api/definitions/{kind}/{name}", { params: { path: { kind: "template", name } } }),
    ),
  enabled: name !== "",
});

interface Saving {
  id: string;
  /** Over whatever stands. */
  over?: boolean;
  /** Other words than those that are written. */
  instead?: Template;
}

/** What is written of a template; `name` is '' for a new one, which begins with `fresh`. */
export function useDraft(name: string, fresh: Template) {
  const stored = useQuery(definitionQuery(name));
  const [history, step] = useReducer(stepped, name, kept);
  const base = history.now ? history.base : (stored.data?.version ?? 0);
  const theirs = stored.data ? templateOf(stored.data.body) : fresh;
  const template = history.now ?? theirs;
  const { now } = history;
  useEffect(() => {
    if (now) {
      localStorage.setItem(keptAt(name), JSON.stringify({ base, template: now }));
    } else {
      localStorage.removeItem(keptAt(name));
    }
  }, [name, now, base]);
  const saving = useMutation({
    mutationFn: ({ id, over, instead }: Saving) =>
      body(
        api.PUT("/api/definitions/{kind}/{name}", {
          params: { path: { kind: "template", name: id } },
          body: { definition: { ...(instead ?? template), id }, base: over ? null : base },
        }),
      ),
    onSuccess: async (found) => {
      queries.setQueryData(definitionQuery(found.id).queryKey, found);
      localStorage.removeItem(keptAt(name));
      step({ type: "drop" });
      await queries.invalidateQueries({ queryKey: ["definitions"] });
    },
  });
  return {
    name,
    base,
    stored,
    template,
    /** Whether something is written that the server has not got. */
    written: now !== null,
    change: (next: Template, place = "") =>
      step({
        type: "change",
        template: next,
        shown: template,
        place,
        at: Date.now(),
        base: stored.data?.version ?? 0,
      }),
    undo: history.past.length ? () => step({ type: "undo", shown: template }) : null,
    redo: history.future.length ? () => step({ type: "redo", shown: template }) : null,
    drop: () => step({ type: "drop" }),
    saving,
    conflict: saving.error instanceof Problem && saving.error.status === 409,
  };
}

export type Draft = ReturnType<typeof useDraft>;
