/** A campaign while it is written. */
import { useQuery } from "@tanstack/react-query";
import { idOf } from "~/app/ids";
import * as writing from "~/app/writing";
import { campaignsChanged } from "./data";
import { changed, type Draft } from "./definition";

export const useStored = (name: string) => useQuery(writing.definitionQuery("campaign", name));

/** What is written of a campaign; `name` is '' for a new one, which begins with `fresh`. */
export function useDraft(name: string, fresh: Partial<Draft> = {}) {
  const found = writing.useWriting<Draft>("campaign", name, {
    fresh: { id: "", ...fresh },
    idOf: (draft) => draft.id || idOf(draft.name ?? "") || `campaign-${today()}`,
    numbered: true,
    changed: campaignsChanged,
  });
  return { ...found, change: (some: Partial<Draft>) => found.put(changed(found.draft, some)) };
}

export type Writing = ReturnType<typeof useDraft>;

const today = () => new Date().toISOString().slice(0, 10);
