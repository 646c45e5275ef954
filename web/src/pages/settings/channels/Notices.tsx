/** What stands against a channel: why it rests, and what its vendor says of our account. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { ago } from "~/app/format";
import { useMay } from "~/app/session";
import { Note } from "~/kit/Note";
import { useChange } from "../changing";

export function Notices({ of }: { of: Schemas["ChannelShown"] | undefined }) {
  const { t } = useTranslation("settings_channels");
  const may = useMay("settings");
  const resume = useChange({
    of: "health",
    act: () =>
      body(
        api.POST("/api/channels/{channel}/resume", {
          params: { path: { channel: of?.channel ?? "" } },
        }),
      ),
    said: () => t("resumed"),
  });
  if (!of || (!of.paused && of.notices.length === 0)) {
    return null;
  }
  return (
    <>
      {of.paused ? (
        <Note tone="bad" title={t("restsSince", { when: of.since ? ago(of.since) : "" })}>
          <p>{of.reason || t("noReason")}</p>
          {may ? (
            <Button
              variant="default"
              mt={10}
              loading={resume.isPending}
              onClick={() => resume.mutate(null)}
            >
              {t("resume")}
            </Button>
          ) : null}
        </Note>
      ) : null}
      {of.notices.map((told) => (
        <Note key={told} title={t("vendorSays")}>
          {told}
        </Note>
      ))}
    </>
  );
}
