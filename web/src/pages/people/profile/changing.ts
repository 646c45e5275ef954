/** What is read about one person, and read anew once something of it was changed. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { done } from "~/kit/notices";
import { useSayFault } from "~/kit/Refused";

interface Change<T, R> {
  pid: number;
  act: (given: T) => Promise<R>;
  /** What the notice says once it is done. */
  said?: (given: T, result: R) => string;
  /** What takes it back, where anything can. */
  undo?: (given: T) => void;
  after?: (result: R) => void;
}

/** Change something of a person: a notice says so, and what the page shows is read anew. */
export function useChange<T, R>({ pid, act, said, undo, after }: Change<T, R>) {
  const queries = useQueryClient();
  const onError = useSayFault();
  const { t } = useTranslation("people");
  return useMutation({
    mutationFn: act,
    onSuccess: (result, given) => {
      if (said) {
        const back = undo && { label: t("undo"), act: () => undo(given) };
        done(said(given, result), back);
      }
      after?.(result);
    },
    onError,
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["person", pid] }),
        queries.invalidateQueries({ queryKey: ["people"] }),
      ]),
  });
}

/** How the person wishes to hear, and until when marketing is paused. */
export function useWishes(pid: number) {
  return useQuery({
    queryKey: ["person", pid, "wishes"],
    queryFn: () => body(api.GET("/api/people/{pid}/wishes", { params: { path: { pid } } })),
  });
}

export type Wishes = NonNullable<ReturnType<typeof useWishes>["data"]>;

/** What was decided about the person, of one campaign ("": of all), in words. */
export function useWhy(pid: number, campaign: string) {
  const language = i18next.language;
  return useQuery({
    queryKey: ["person", pid, "why", campaign, language],
    queryFn: () =>
      body(
        api.GET("/api/people/{pid}/why", {
          params: { path: { pid }, query: { campaign: campaign || undefined, language } },
        }),
      ),
  });
}
