/** Pausing marketing for a person, and ending the pause. */
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { day } from "~/app/format";
import { useChange, type Wishes } from "./changing";

export const PAUSES = [7, 14, 30, 90] as const;

export function usePausing(pid: number) {
  const { t } = useTranslation("people");
  const queries = useQueryClient();
  const path = { pid };
  const show = (wishes: Wishes) => queries.setQueryData(["person", pid, "wishes"], wishes);
  const resume = useChange({
    pid,
    act: () => body(api.DELETE("/api/people/{pid}/pause", { params: { path } })),
    said: () => t("pause.ended"),
    after: show,
  });
  const pause = useChange({
    pid,
    act: (days: number) =>
      body(api.PUT("/api/people/{pid}/pause", { params: { path }, body: { days, reason: "" } })),
    said: (_, { pause_until }) => t("pause.begun", { day: day(pause_until ?? new Date()) }),
    undo: () => resume.mutate(undefined),
    after: show,
  });
  return { pause, resume };
}
