/** A segment while it is written: kept in the browser until it is kept by the server. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, body, Problem } from "~/api/client";
import { idOf } from "~/app/ids";
import { queries } from "~/app/queries";
import type { Segment } from "./language";

interface Kept {
  /** The version that it started from; 0: none yet. */
  base: number;
  draft: Segment;
  /** What the file says where it cannot be read: nothing that was typed is lost. */
  text?: string | undefined;
}

const EMPTY: Segment = { id: "", where: [] };
const place = (name: string) => `maracuja-segment-${name || "new"}`;

function readKept(name: string): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(place(name)) ?? "null");
  } catch {
    return null;
  }
}

export const definitionQuery = (name: string) => ({
  queryKey: ["definitions", "segment", name],
  queryFn: () =>
    body(
      api.GET("/api/definitions/{kind}/{name}", { params: { path: { kind: "segment", name } } }),
    ),
  enabled: name !== "",
});

/** Lists, names and counts are asked anew after a change. */
export const segmentsChanged = () =>
  Promise.all(
    [["segments"], ["suggestions"], ["definitions", "segment"]].map((queryKey) =>
      queries.invalidateQueries({ queryKey }),
    ),
  );

/** What is written of a segment, and how it is changed and kept; `name` is '' for a new one. */
export function useDraft(name: string, copied?: Segment) {
  const stored = useQuery(definitionQuery(name));
  const [own, setOwn] = useState<Kept | null>(() => readKept(name));
  const theirs = stored.data?.body as unknown as Segment | undefined;
  const base = own?.base ?? stored.data?.version ?? 0;
  const draft: Segment = own?.draft ?? theirs ?? copied ?? EMPTY;

  const put = (next: Segment, text?: string) => {
    const kept = { base, draft: next, text };
    localStorage.setItem(place(name), JSON.stringify(kept));
    setOwn(kept);
  };
  const drop = () => {
    localStorage.removeItem(place(name));
    setOwn(null);
  };
  const saving = useMutation({
    mutationFn: (over?: number) => save(named(draft, name), over ?? base),
    onSuccess: async (found) => {
      queries.setQueryData(definitionQuery(found.id).queryKey, found);
      drop();
      await segmentsChanged();
    },
  });
  return {
    draft,
    base,
    stored,
    written: own !== null || copied !== undefined,
    /** Set where the file cannot be read. */
    text: own?.text,
    put,
    drop,
    saving,
    conflict: saving.error instanceof Problem && saving.error.status === 409,
  };
}

export type Writing = ReturnType<typeof useDraft>;

/** The draft under its id: one made of its name where it has none yet. */
export const named = (draft: Segment, name: string): Segment => ({
  ...draft,
  id: name || draft.id || idOf(draft.name ?? "") || "segment",
});

function save(draft: Segment, base: number) {
  return body(
    api.PUT("/api/definitions/{kind}/{name}", {
      params: { path: { kind: "segment", name: draft.id } },
      body: { definition: { ...draft }, base },
    }),
  );
}
