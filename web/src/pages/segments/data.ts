/** The list of segments, as every part of their pages reads it. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";

export type Listed = Schemas["SegmentListed"];

/** All segments with their sentences in the reader's language, those in the archive too. */
export function useListed() {
  const language = useTranslation().i18n.language;
  return useQuery({
    queryKey: ["segments", "shelf", language],
    queryFn: () =>
      body(api.GET("/api/segments", { params: { query: { language, limit: 1000 } } })),
  });
}
