/** How far a file is. */
import { useTranslation } from "react-i18next";
import { share } from "~/app/format";
import { Pill, type Tone } from "~/kit/Pill";
import type { Import } from "./uploading";

const TONES: Partial<Record<Import["state"], Tone>> = {
  done: "good",
  refused: "bad",
  stopped: "warn",
  running: "accent",
  checking: "accent",
};

export function ImportState({ of }: { of: Import }) {
  const { t } = useTranslation("settings_data");
  const busy = of.state === "running" || of.state === "checking";
  return (
    <Pill tone={TONES[of.state] ?? "calm"}>
      {t(`imports.is.${of.state}`)}
      {busy ? ` ${share(of.share, 0)}` : ""}
    </Pill>
  );
}
