/** What the server says of conditions while they are written: in words, how many, who, and why. */
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body, Problem } from "~/api/client";
import type { Fault } from "./faults";
import { type Condition, isWhole, type Segment } from "./language";

const TYPED_MS = 300;
const SAMPLE = 5;

/** Conditions as they were a moment ago, so that not every letter is a question. */
export function useAsked(where: readonly Condition[]): readonly Condition[] {
  const [asked] = useDebouncedValue(JSON.stringify(where), TYPED_MS);
  return JSON.parse(asked);
}

const mutable = (where: readonly Condition[]) => where.map((one) => ({ ...one }));

/** The sentence in the reader's language, and what is wrong and where. */
export function useChecked(id: string, segment: Segment) {
  const { i18n } = useTranslation();
  const [asked] = useDebouncedValue(JSON.stringify({ ...segment, id: id || "new" }), TYPED_MS);
  const whole = isWhole(segment.where);
  const checked = useQuery({
    queryKey: ["segments", "check", asked],
    queryFn: ({ signal }) =>
      body(api.POST("/api/segments/check", { body: { definition: JSON.parse(asked) }, signal })),
    enabled: whole,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return {
    whole,
    says: whole && !checked.error ? (checked.data?.says[i18n.language] ?? "") : "",
    faults: whole ? faultsOf(checked.error, checked.data?.faults) : [],
    /** Whether it says something that no data could answer. */
    refused: whole && !!checked.error,
  };
}

/** Faults that were found one after the other, or the one for which all was refused. */
function faultsOf(error: unknown, found: readonly Fault[] = []): readonly Fault[] {
  if (error instanceof Problem && error.code !== "offline") {
    return [{ message: error.message, where: error.where, fix: error.fix }];
  }
  return error ? [] : found;
}

/** How many: an estimate at once where there are very many people, then exactly, with examples. */
export function useCount(where: readonly Condition[]) {
  const enabled = isWhole(where);
  const ask = (exact: boolean | null) => ({
    queryKey: ["segments", "count", exact, where],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      body(
        api.POST("/api/segments/count", {
          body: { segment: "", where: mutable(where), exact, sample: SAMPLE },
          signal,
        }),
      ),
    retry: false,
  });
  const first = useQuery({ ...ask(null), enabled });
  const estimated = first.data?.exact === false;
  const exactly = useQuery({ ...ask(true), enabled: enabled && estimated });
  return {
    enabled,
    found: exactly.data ?? first.data,
    error: first.error ?? exactly.error,
    busy: first.isFetching || exactly.isFetching,
  };
}

/** Why each of a few people is in. */
export function useWhy(where: readonly Condition[], people: readonly number[]) {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: ["segments", "why", where, people, i18n.language],
    queryFn: ({ signal }) =>
      body(
        api.POST("/api/segments/explain-people", {
          params: { query: { language: i18n.language } },
          body: { segment: "", where: mutable(where), people: [...people] },
          signal,
        }),
      ),
    enabled: people.length > 0 && isWhole(where),
    retry: false,
    staleTime: 60_000,
  });
}
