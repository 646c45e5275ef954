/** A definition while it is written: kept in the browser until it is kept by the server. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, body, Problem } from "~/api/client";
import { useKept } from "./kept";
import { queries } from "./queries";

export type Kind = "segment" | "template" | "campaign";

const ALIKE_MAX = 20;

interface Definition {
  id: string;
}

interface Begun<T> {
  /** The version that it started from; 0: none yet. */
  base: number;
  draft: T;
  /** What its file says where it cannot be read: nothing that was typed is lost. */
  text?: string | undefined;
}

interface Saving<T> {
  /** Over this version instead of the one that was begun with; null: over whatever stands. */
  over?: number | null;
  /** Other words than those that are written. */
  instead?: T;
}

interface Ways<T> {
  /** What there is before anything is written. */
  fresh: T;
  /** The id that a new one gets. */
  idOf: (draft: T) => string;
  /** A new one takes the next id that is free, where it would else wait for another name. */
  numbered?: boolean;
  /** What is asked anew once the server has it. */
  changed: () => Promise<unknown>;
}

const placeOf = (kind: Kind, name: string) => `${kind}-${name || "new"}`;

export const newPlace = (kind: Kind) => placeOf(kind, "");

export const definitionQuery = (kind: Kind, name: string) => ({
  queryKey: ["definitions", kind, name],
  queryFn: () => body(api.GET("/api/definitions/{kind}/{name}", { params: { path: { kind, name } } })),
  enabled: name !== "",
}); // biome-ignore format: one question

const isConflict = (fault: unknown) => fault instanceof Problem && fault.status === 409;

/** What is written of a definition, how it is changed and kept; `name` is '' for a new one. */
export function useWriting<T extends Definition>(kind: Kind, name: string, ways: Ways<T>) {
  const stored = useQuery(definitionQuery(kind, name));
  const [own, keep] = useKept<Begun<T>>(placeOf(kind, name));
  // The server has checked its shape.
  const theirs = stored.data?.body as T | undefined;
  const base = own?.base ?? stored.data?.version ?? 0;
  const draft = own?.draft ?? theirs ?? ways.fresh;
  const saving = useMutation({
    mutationFn: ({ over, instead = draft }: Saving<T>) => {
      const id = name || ways.idOf(instead);
      const put = { ...instead, id };
      return name === "" && ways.numbered
        ? saveNew(kind, put)
        : save(kind, put, over === undefined ? base : over);
    },
    onSuccess: async (found) => {
      queries.setQueryData(definitionQuery(kind, found.id).queryKey, found);
      keep(null);
      await ways.changed();
    },
  });
  const refused = isConflict(saving.error);
  const { over, instead } = saving.variables ?? {};
  return {
    kind,
    name,
    draft,
    base,
    stored,
    /** Whether something is written that the server has not got. */
    written: own !== null,
    /** Set where the file cannot be read. */
    text: own?.text,
    put: (next: T, text?: string) => {
      if (name === "" && saving.isError) {
        saving.reset(); // it may have another name now
      }
      keep({ base, draft: next, text });
    },
    drop: () => {
      saving.reset();
      keep(null);
    },
    saving,
    /** The id that another one has already. */
    taken: refused && name === "" ? ways.idOf(draft) : "",
    // It is shown until it is settled, also while one's own words are put over the others'.
    conflict: name !== "" && (refused || (saving.isPending && over !== undefined && !instead)),
  };
}

export type Writing<T extends Definition> = ReturnType<typeof useWriting<T>>;

/** A new one takes the first id that is free: nothing that stands is written over. */
async function saveNew(kind: Kind, draft: Definition, n = 1): ReturnType<typeof save> {
  try {
    return await save(kind, n === 1 ? draft : { ...draft, id: `${draft.id}-${n}` }, 0);
  } catch (fault) {
    if (isConflict(fault) && n < ALIKE_MAX) {
      return saveNew(kind, draft, n + 1);
    }
    throw fault;
  }
}

function save(kind: Kind, draft: Definition, base: number | null) {
  return body(
    api.PUT("/api/definitions/{kind}/{name}", {
      params: { path: { kind, name: draft.id } },
      body: { definition: { ...draft }, base },
    }),
  );
}
