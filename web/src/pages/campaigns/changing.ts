/** Changes of campaigns: shown at once, said, and taken back where that is possible. */
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { queries } from "~/app/queries";
import { done } from "~/kit/notices";
import { useSayFault } from "~/kit/Refused";
import { campaignsChanged } from "./data";

interface Put {
  name: string;
  called: string;
  /** Into the archive, or out of it. */
  away: boolean;
}

export function useArchive() {
  const { t } = useTranslation("campaigns");
  const onError = useSayFault();
  const change = ({ name, away }: Put) => {
    const params = { params: { path: { name } } };
    return away
      ? api.POST("/api/campaigns/{name}/archive", params)
      : api.DELETE("/api/campaigns/{name}/archive", params);
  };
  return useMutation({
    mutationFn: change,
    onSuccess: async (_, { name, called, away }) => {
      done(t(away ? "done.archived" : "done.fetchedBack", { name: called }), {
        label: t("undo"),
        act: () => {
          change({ name, called, away: !away }).then(campaignsChanged, onError);
        },
      });
      await campaignsChanged();
    },
    onError,
  });
}

export type Control = "pause" | "resume" | "cancel";

/** What takes an order back; what is cancelled has been withdrawn for good. */
const UNDO: Record<Control, Control | null> = { pause: "resume", resume: "pause", cancel: null };

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
      const undo = UNDO[what];
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
