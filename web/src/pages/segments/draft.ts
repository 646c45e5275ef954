/** A segment while it is written. */
import { idOf } from "~/app/ids";
import { queries } from "~/app/queries";
import * as writing from "~/app/writing";
import type { Segment } from "./language";

const EMPTY: Segment = { id: "", where: [] };

/** Lists, names and counts are asked anew after a change. */
export const segmentsChanged = () =>
  Promise.all(
    [["segments"], ["suggestions"], ["definitions", "segment"]].map((queryKey) =>
      queries.invalidateQueries({ queryKey }),
    ),
  );

/** What is written of a segment; `name` is '' for a new one, which may begin as a copy. */
export function useDraft(name: string, copied?: Segment) {
  const draft = writing.useWriting<Segment>("segment", name, {
    fresh: copied ?? EMPTY,
    idOf: (segment) => segment.id || idOf(segment.name ?? "") || "segment",
    changed: segmentsChanged,
  });
  return { ...draft, written: draft.written || copied !== undefined };
}

export type Writing = ReturnType<typeof useDraft>;
