/** Changes of settings: done, said in the corner, and what the pages show read anew. */
import { useMutation } from "@tanstack/react-query";
import { queries } from "~/app/queries";
import { done } from "~/kit/notices";
import { useSayFault } from "~/kit/Refused";

interface Change<T, R> {
  act: (given: T) => Promise<R>;
  /** What is read anew: the beginning of the keys of questions, or several. */
  of: string | readonly string[];
  said?: (given: T, result: R) => string;
  undo?: { label: string; act: (given: T) => void };
  after?: (result: R, given: T) => void;
  /** Show the refusal where it arose, not in the corner. */
  quiet?: boolean;
}

export function useChange<T, R>({ act, of, said, undo, after, quiet }: Change<T, R>) {
  const onError = useSayFault();
  return useMutation({
    mutationFn: act,
    onSuccess: (result, given) => {
      if (said) {
        const back = undo && { label: undo.label, act: () => undo.act(given) };
        done(said(given, result), back);
      }
      after?.(result, given);
    },
    onError: quiet ? undefined : onError,
    onSettled: () =>
      Promise.all([of].flat().map((one) => queries.invalidateQueries({ queryKey: [one] }))),
  });
}
