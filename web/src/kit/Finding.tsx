/** What the numbers allow to be said: proven, not yet, or harmful. */
import { useTranslation } from "react-i18next";
import { Pill, type Tone } from "./Pill";

export type FindingCode = "proven" | "not_yet" | "harmful";

const TONES: Record<FindingCode, Tone> = { proven: "good", not_yet: "calm", harmful: "bad" };

export function Finding({ of }: { of: FindingCode }) {
  const { t } = useTranslation("kit");
  return <Pill tone={TONES[of]}>{t(`finding.${of}`)}</Pill>;
}
