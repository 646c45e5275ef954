/** Where a campaign or one of its runs is, in a word. */
import { useTranslation } from "react-i18next";
import { Pill, type Tone } from "~/kit/Pill";

const TONES: Record<string, Tone> = {
  scheduled: "accent",
  launching: "accent",
  sending: "accent",
  listening: "accent",
  expected: "accent",
  paused: "warn",
  done: "good",
  cancelled: "calm",
  failed: "bad",
};

export function State({ of }: { of: string }) {
  const { t, i18n } = useTranslation("campaigns");
  const said = i18n.exists(`campaigns:state.${of}`) ? t(`state.${of}`) : of;
  return <Pill tone={TONES[of] ?? "calm"}>{said}</Pill>;
}
