/** A campaign while it is written: kept in the browser until it is kept by the server. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, body, Problem } from "~/api/client";
import { idOf } from "~/app/ids";
import { queries } from "~/app/queries";
import { campaignsChanged } from "./data";
import { changed, type Draft } from "./definition";

const ALIKE_MAX = 20;

interface Kept {
  /** The version that it started from; 0: none yet. */
  base: number;
  draft: Draft;
}

const place = (name: string) => `maracuja-campaign-${name || "new"}`;

function readKept(name: string): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(place(name)) ?? "null");
  } catch {
    return null;
  }
}

export const forgetKept = (name: string) => localStorage.removeItem(place(name));

/** Whether something about this campaign is written here that the server has not got. */
export const isKept = (name: string) => localStorage.getItem(place(name)) !== null;

const definitionQuery = (name: string) => ({
  queryKey: ["definitions", "campaign", name],
  queryFn: () =>
    body(
      api.GET("/api/definitions/{kind}/{name}", { params: { path: { kind: "campaign", name } } }),
    ),
  enabled: name !== "",
});

export const useStored = (name: string) => useQuery(definitionQuery(name));

/** What is written of a campaign, how it is changed, and kept; `name` is '' for a new one. */
export function useDraft(name: string, fresh: Partial<Draft> = {}) {
  const stored = useStored(name);
  const [own, setOwn] = useState<Kept | null>(() => readKept(name));
  const theirs = stored.data;
  const base = own?.base ?? theirs?.version ?? 0;
  const draft: Draft = own?.draft ?? ((theirs?.body as Draft | undefined) || { id: "", ...fresh });

  const put = (next: Draft) => {
    const kept = { base, draft: next };
    localStorage.setItem(place(name), JSON.stringify(kept));
    setOwn(kept);
  };
  const drop = () => {
    forgetKept(name);
    setOwn(null);
  };
  const saving = useMutation({
    mutationFn: (over?: boolean) =>
      name === "" ? saveNew(named(draft, name)) : save(named(draft, name), over ? null : base),
    onSuccess: async (found) => {
      queries.setQueryData(definitionQuery(found.id).queryKey, found);
      drop();
      await campaignsChanged();
    },
  });
  return {
    draft,
    base,
    stored,
    written: own !== null,
    change: (some: Partial<Draft>) => put(changed(draft, some)),
    replace: put,
    drop,
    saving,
    // It is shown until it is settled, also while one's own words are put over the others'.
    conflict:
      (saving.error instanceof Problem && saving.error.status === 409) ||
      (saving.isPending && saving.variables === true),
  };
}

export type Writing = ReturnType<typeof useDraft>;

/** The draft under its id: that of its name where it has none yet. */
function named(draft: Draft, name: string): Draft {
  const day = new Date().toISOString().slice(0, 10);
  return { ...draft, id: name || draft.id || idOf(draft.name ?? "") || `campaign-${day}` };
}

/** A new one takes the first id that is free: nothing that stands is written over. */
async function saveNew(draft: Draft, n = 1): ReturnType<typeof save> {
  try {
    return await save(n === 1 ? draft : { ...draft, id: `${draft.id}-${n}` }, 0);
  } catch (fault) {
    if (fault instanceof Problem && fault.status === 409 && n < ALIKE_MAX) {
      return saveNew(draft, n + 1);
    }
    throw fault;
  }
}

function save(draft: Draft, base: number | null) {
  return body(
    api.PUT("/api/definitions/{kind}/{name}", {
      params: { path: { kind: "campaign", name: draft.id } },
      body: { definition: draft, base },
    }),
  );
}
