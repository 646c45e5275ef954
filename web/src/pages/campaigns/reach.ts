/** What each channel offers to a draft's audience, asked anew once the draft has come to rest. */
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { api, body, type Schemas } from "~/api/client";
import type { Draft } from "./definition";

export type Offered = Schemas["ChannelOffered"];
const REST_MS = 300;

export function useReach({ topic = "", audience = "", exclude = [] }: Draft) {
  const [asked] = useDebouncedValue(JSON.stringify({ topic, audience, exclude }), REST_MS);
  return useQuery({
    queryKey: ["campaigns", "reach", asked],
    queryFn: ({ signal }) => {
      const wanted: {
        topic: string;
        audience: string | Record<string, unknown>[];
        exclude: string[];
      } = JSON.parse(asked);
      const who =
        typeof wanted.audience === "string"
          ? { segment: wanted.audience, where: [] }
          : { segment: "", where: wanted.audience };
      return body(
        api.POST("/api/reach", {
          body: { topic: wanted.topic, exclude: wanted.exclude, ...who },
          signal,
        }),
      );
    },
    enabled: topic !== "",
    placeholderData: (before) => before,
    staleTime: 60_000,
  });
}
