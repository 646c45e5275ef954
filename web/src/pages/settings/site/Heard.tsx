/** Whether something in the shop's pages is heard, and how long ago: it counts while one looks. */
import { useInterval } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ago, moment } from "~/app/format";
import { Pill } from "~/kit/Pill";
import styles from "../settings.module.css";

const SECOND_MS = 1_000;

export function Heard({ at }: { at: string | null }) {
  const { t } = useTranslation("settings_site");
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), SECOND_MS, { autoInvoke: true });
  return (
    <div className={styles.bar} role="status" aria-live="off">
      {at ? (
        <>
          <Pill tone="good">{t("heard", { when: ago(at, Math.max(now, Date.parse(at))) })}</Pill>
          <span className={styles.quiet}>{moment(at)}</span>
        </>
      ) : (
        <>
          <Pill>{t("unheard")}</Pill>
          <span className={styles.quiet}>{t("unheardFix")}</span>
        </>
      )}
    </div>
  );
}
