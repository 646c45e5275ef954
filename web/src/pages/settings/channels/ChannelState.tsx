/** Whether a channel sends, rests, or needs somebody. */
import { useTranslation } from "react-i18next";
import type { Schemas } from "~/api/client";
import { Pill } from "~/kit/Pill";

export function ChannelState({ of }: { of: Schemas["ChannelShown"] | undefined }) {
  const { t } = useTranslation("settings_channels");
  if (!of) {
    return null;
  }
  if (of.paused) {
    return <Pill tone="bad">{t("state.paused")}</Pill>;
  }
  return of.notices.length ? (
    <Pill tone="warn">{t("state.notices", { count: of.notices.length })}</Pill>
  ) : (
    <Pill tone="good">{t("state.ready")}</Pill>
  );
}
