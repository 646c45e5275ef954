/** What the pages of campaigns ask of the server, under keys that changes can call stale. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import type { Language } from "~/app/languages";
import { useChanged } from "~/app/live";
import { queries } from "~/app/queries";

export type Listed = Schemas["CampaignListed"];
export type Run = Schemas["RunShown"];
export type Rehearsal = Schemas["Rehearsal"];
export type Choice = Schemas["Choice"];

/** States in which a run is at work, and its figures change. */
const LIVE = ["scheduled", "launching", "sending", "paused"];
const SOON_MS = 2_000;
const LATER_MS = 30_000;

export const isLive = (state: string) => LIVE.includes(state);

/** Asked often while something moves, and seldom else. */
const pace = (states: readonly string[]) =>
  states.some((state) => state === "launching" || state === "sending") ? SOON_MS : LATER_MS;

export function useShelf(label: string, words: string, archived: boolean) {
  return useQuery({
    queryKey: ["campaigns", "shelf", label, words, archived],
    queryFn: ({ signal }) =>
      body(
        api.GET("/api/shelf", {
          params: { query: { label, words, archived, limit: 1000 } },
          signal,
        }),
      ),
    placeholderData: (before) => before,
    refetchInterval: ({ state }) => pace((state.data?.items ?? []).map((one) => one.state)),
  });
}

/** Whether a campaign lies in the archive. */
export function useArchived(name: string): boolean {
  const put = useShelf("", "", true).data?.items ?? [];
  return put.some((one) => one.id === name);
}

export function useRuns(name: string) {
  return useQuery({
    queryKey: ["campaigns", "runs", name],
    queryFn: () => body(api.GET("/api/campaigns/{name}", { params: { path: { name } } })),
    refetchInterval: ({ state }) => pace((state.data?.items ?? []).map((one) => one.state)),
  });
}

export function useSending() {
  return useQuery({
    queryKey: ["sending"],
    queryFn: () => body(api.GET("/api/sending")),
    refetchInterval: LATER_MS,
  });
}

export interface Named {
  id: string;
  name: string;
  body: Record<string, unknown>;
}

/** Every definition of a kind, by the name that a marketer gave it. */
export function useDefinitions(kind: "topic" | "goal" | "template" | "coupons") {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: ["definitions", kind],
    queryFn: () => body(api.GET("/api/definitions", { params: { query: { kind, limit: 1000 } } })),
    staleTime: 60_000,
    select: ({ items }) =>
      items.map(
        (one): Named => ({ id: one.id, name: nameOf(one, i18n.language), body: one.body }),
      ),
  });
}

function nameOf({ id, body: written }: Schemas["DefinitionShown"], language: string): string {
  const names = (written.names ?? {}) as Record<string, string>;
  const given = names[language] ?? names.en ?? Object.values(names)[0] ?? written.name;
  return typeof given === "string" && given ? given : id;
}

export const topicChannels = (topic: Named | undefined): string[] =>
  (topic?.body.channels as string[] | undefined) ?? ["email"];

export function useSegments() {
  const { i18n } = useTranslation();
  const language = i18n.language as Language;
  return useQuery({
    queryKey: ["segments", "choices", language],
    queryFn: () =>
      body(api.GET("/api/segments", { params: { query: { limit: 1000, language } } })),
    staleTime: 60_000,
  });
}

/** The events that the data have shown, the most frequent first. */
export function useEventNames(): string[] {
  const { data } = useQuery({
    queryKey: ["suggestions", "names"],
    queryFn: () => body(api.GET("/api/suggestions/names")),
    staleTime: 60_000,
  });
  return (data?.events ?? []).map((one) => one.name);
}

/** Lists and runs are asked anew as soon as the server says that a campaign has moved. */
export function useLiveCampaigns() {
  useChanged("campaign", () => {
    queries.invalidateQueries({ queryKey: ["campaigns", "shelf"] });
    queries.invalidateQueries({ queryKey: ["campaigns", "runs"] });
    queries.invalidateQueries({ queryKey: ["sending"] });
  });
}

/** Lists, runs and the calendar are asked anew after a change. */
export const campaignsChanged = () =>
  Promise.all([
    queries.invalidateQueries({ queryKey: ["campaigns"] }),
    queries.invalidateQueries({ queryKey: ["calendar"] }),
    queries.invalidateQueries({ queryKey: ["overview"] }),
  ]);
