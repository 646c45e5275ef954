/** What has changed on the server, for every page of a tab: over one line, as long as it is open. */
import { useDocumentVisibility } from "@mantine/hooks";
import type { QueryKey } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { type Beside, type Colleague, GONE, Line, type Sign, type Thing } from "./line";
import { queries } from "./queries";
import { SESSION } from "./session";

export type Kind = "conversation" | "campaign" | "work";

/** What is read anew once something of a kind has changed; conversations are patched by their page. */
const READ_ANEW: Record<string, (id: string) => QueryKey[]> = {
  campaign: (id) => [["campaigns", "runs", id], ["campaigns", "shelf"], ["work"]],
  work: () => [["work"], ["demo-shop"]],
};

const listeners = new Map<string, Set<(ids: string[]) => void>>();
const watchers = new Set<() => void>();
const NOBODY: Beside = { conversation: "", members: [] };
let up = true;
let beside = NOBODY;
let sign = GONE;
let open: Line | null = null;

function changed(things: Thing[]) {
  const keys = things.flatMap(({ kind, id }) => READ_ANEW[kind]?.(id) ?? []);
  for (const key of new Map(keys.map((one) => [JSON.stringify(one), one])).values()) {
    void queries.invalidateQueries({ queryKey: key });
  }
  for (const [kind, acts] of listeners) {
    const ids = things.filter((one) => one.kind === kind).map((one) => one.id);
    if (ids.length > 0) {
      for (const act of acts) {
        act(ids);
      }
    }
  }
}

function setUp(now: boolean) {
  up = now;
  setBeside(NOBODY);
}

function here(now: Sign) {
  sign = now;
  open?.here(now);
}

function setBeside(now: Beside) {
  beside = now;
  for (const watch of watchers) {
    watch();
  }
}

/** Keep the line open; once, around all pages. */
export function useLive() {
  useEffect(() => {
    const line = new Line({
      onChanged: changed,
      onBeside: setBeside,
      onOver: () => void queries.invalidateQueries({ queryKey: SESSION }),
      onState: setUp,
    });
    line.here(sign);
    open = line;
    const hurry = () => {
      line.hurry();
    };
    const anew = () => {
      line.anew();
    };
    window.addEventListener("offline", anew);
    window.addEventListener("online", hurry);
    window.addEventListener("focus", hurry);
    return () => {
      window.removeEventListener("offline", anew);
      window.removeEventListener("online", hurry);
      window.removeEventListener("focus", hurry);
      line.end();
      open = null;
      up = true;
    };
  }, []);
}

function watchLine(watch: () => void) {
  watchers.add(watch);
  return () => {
    watchers.delete(watch);
  };
}

/** Whether the line is up; while it is down a page may show what is old. */
export const useLineUp = () => useSyncExternalStore(watchLine, () => up);

/** Who else looks at a conversation, while this page says that somebody looks at it here. */
export function useBeside(conversation: string, writing: boolean): readonly Colleague[] {
  const seen = useDocumentVisibility() === "visible";
  useEffect(() => {
    here(seen ? { conversation, writing } : GONE);
  }, [conversation, writing, seen]);
  useEffect(() => () => here(GONE), []);
  const found = useSyncExternalStore(watchLine, () => beside);
  return found.conversation === conversation ? found.members : NOBODY.members;
}

/** Hear of things of a kind that have changed, each by its id. */
export function useChanged(kind: Kind, act: (ids: string[]) => void) {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    const hear = (ids: string[]) => {
      latest.current(ids);
    };
    const acts = listeners.get(kind) ?? new Set();
    listeners.set(kind, acts.add(hear));
    return () => {
      acts.delete(hear);
    };
  }, [kind]);
}
