/** Changes of campaigns: shown at once, said, and taken back where that is possible. */
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { queries } from "~/app/queries";
import { useFaultWords } from "~/kit/Fault";
import { done, failed } from "~/kit/notices";
import { campaignsChanged } from "./data";

/** Says a refusal in the corner. */
export function useSayFault() {
  const words = useFaultWords();
  return (fault: unknown) => {
    const { what, fix } = words(fault);
    failed(what, fix);
  };
}

export function useArchive() {
  const { t } = useTranslation("campaigns");
  const onError = useSayFault();
  const change = ({ name, away }: { name: string; away: boolean }) => {
    const params = { params: { path: { name } } };
    return away
      ? api.POST("/api/campaigns/{name}/archive", params)
      : api.DELETE("/api/campaigns/{name}/archive", params);
  };
  return useMutation({
    mutationFn: change,
    onSuccess: async (_, { name, away }) => {
      done(t(away ? "done.archived" : "done.fetchedBack", { name }), {
        label: t("undo"),
        act: () => {
          change({ name, away: !away }).then(campaignsChanged, onError);
        },
      });
      await campaignsChanged();
    },
    onError,
  });
}

export type Control = "pause" | "resume" | "cancel";

export function useControl(name: string) {
  const { t } = useTranslation("campaigns");
  const onError = useSayFault();
  const params = { params: { path: { name } } };
  const control = (what: Control) => {
    switch (what) {
      case "pause":
        return body(api.POST("/api/campaigns/{name}/pause", params));
      case "resume":
        return body(api.POST("/api/campaigns/{name}/resume", params));
      case "cancel":
        return body(api.POST("/api/campaigns/{name}/cancel", params));
    }
  };
  return useMutation({
    mutationFn: control,
    onSuccess: async (_, what) => {
      const undo = what === "pause" ? ("resume" as const) : null;
      done(
        t(`done.${what}`),
        undo
          ? {
              label: t("undo"),
              act: () => {
                control(undo).then(campaignsChanged, onError);
              },
            }
          : undefined,
      );
      await campaignsChanged();
    },
    onError,
  });
}

/** Stop all sending, or let it go on. */
export function useStopAll() {
  const { t } = useTranslation("campaigns");
  const onError = useSayFault();
  return useMutation({
    mutationFn: (stop: { reason: string } | null) =>
      stop
        ? body(api.POST("/api/sending/stop", { body: stop }))
        : body(api.POST("/api/sending/go-on")),
    onSuccess: async (sending) => {
      queries.setQueryData(["sending"], sending);
      done(t(sending.stopped ? "done.stopped" : "done.goesOn"));
      await campaignsChanged();
    },
    onError,
  });
}
