/** What every part of the editor knows: the words there are, what is wrong and where, who reads. */
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { api, body, type Schemas } from "~/api/client";
import type { Look } from "~/kit/preview/look";
import type { Template } from "./template";

export type Vocabulary = Schemas["Vocabulary"];
export type Room = Schemas["Room"];
export type Remark = Schemas["FindingShown"];

export interface Editing {
  vocabulary: Vocabulary | undefined;
  facts: readonly string[];
  examples: readonly Schemas["Said"][];
  remarks: readonly Remark[];
  room: Room | undefined;
  mayWrite: boolean;
  /** Puts words where the cursor was last. */
  insert: (words: string) => void;
  /** A field says how words are put into it, once the cursor is there. */
  entered: (insert: (words: string) => void) => void;
}

const Context = createContext<Editing | null>(null);
export const EditingProvider = Context.Provider;

export function useEditing(): Editing {
  const found = useContext(Context);
  if (!found) {
    throw new Error("There is no editor around.");
  }
  return found;
}

/** The remarks about one place, such as `variants[0].text`, and what lies in it. */
export const about = (remarks: readonly Remark[], place: string) =>
  remarks.filter(
    ({ where }) =>
      where === place || (where.startsWith(place) && ":.[".includes(where.charAt(place.length))),
  );

export const useVocabulary = () =>
  useQuery({
    queryKey: ["template-vocabulary"],
    queryFn: () => body(api.GET("/api/templates/vocabulary")),
    staleTime: 5 * 60_000,
  });

const CHECK_MS = 800;

/** The definition as the server reads it: an id is needed even before there is one. */
export const definition = (template: Template) => ({ ...template, id: template.id || "new" });

/** What is wrong or unwise in the text; asked once the text is seen, which it would hold up. */
export function useRemarks(template: Template, seen: boolean) {
  const [written] = useDebouncedValue(template, CHECK_MS);
  return useQuery({
    queryKey: ["template-check", written],
    queryFn: ({ signal }) =>
      body(
        api.POST("/api/templates/check", {
          body: { template: "", definition: definition(written), marketing: true, channel: "" },
          signal,
        }),
      ),
    enabled: seen,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
    retry: false,
  });
}

/** What the filters of a language say of the reader. */
export const useExamples = (language: string, { person, invented }: Look) =>
  useQuery({
    queryKey: ["template-examples", language, person, invented],
    queryFn: () =>
      body(
        api.POST("/api/templates/examples", {
          body: { language, person: person ? `pid:${person}` : "", invented },
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 5 * 60_000,
  });
