/** What a text says to a reader, with the page that shows it as their device does. */
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, body, type Schemas } from "~/api/client";
import type { Look } from "./look";

export type Shown = Schemas["ScreenShown"];

const SCREEN_MS = 350;

/** A text that is kept, by its id, or one as it is written now. */
export type Seen = { id: string } | { definition: Record<string, unknown> };

/** In the reader's own language where `language` is ''. */
export function useScreen(seen: Seen, look: Look, language: string, channel: string) {
  const [asked] = useDebouncedValue(seen, SCREEN_MS);
  const { person, invented, wide, dark } = look;
  return useQuery({
    queryKey: ["template-screen", asked, person, invented, wide, dark, language, channel],
    queryFn: ({ signal }) =>
      body(
        api.POST("/api/templates/screen", {
          body: {
            ...("id" in asked
              ? { template: asked.id }
              : { template: "", definition: asked.definition }),
            person: person ? `pid:${person}` : "",
            invented,
            wide,
            dark,
            language,
            channel,
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 4 * 60_000,
    refetchOnWindowFocus: false,
    retry: false,
  });
}
