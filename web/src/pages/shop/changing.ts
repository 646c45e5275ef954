/** Changing something of the shop: a notice says so, and what the page shows is read anew. */
import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { done } from "~/kit/notices";
import { useSayFault } from "~/kit/Refused";

interface Act<T, R> {
  act: (given: T) => Promise<R>;
  said: (given: T, result: R) => string;
  /** What takes it back, where anything can. */
  undo?: (given: T) => void;
  after?: () => void;
  anew: QueryKey;
}

export function useAct<T, R>({ act, said, undo, after, anew }: Act<T, R>) {
  const queries = useQueryClient();
  const onError = useSayFault();
  const { t } = useTranslation("shop");
  return useMutation({
    mutationFn: act,
    onSuccess: (result, given) => {
      done(said(given, result), undo && { label: t("undo"), act: () => undo(given) });
      after?.();
    },
    onError,
    onSettled: () => queries.invalidateQueries({ queryKey: anew }),
  });
}
