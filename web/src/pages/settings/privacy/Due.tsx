/** Until when something must be done, and whether that is past. */
import { useTranslation } from "react-i18next";
import { ago } from "~/app/format";
import { Pill } from "~/kit/Pill";

export function Due({ at, late }: { at: string; late: boolean }) {
  const { t } = useTranslation("settings_data");
  return (
    <Pill tone={late ? "bad" : "warn"}>
      {t(late ? "privacy.late" : "privacy.due", { when: ago(at) })}
    </Pill>
  );
}
