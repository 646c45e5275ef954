/** Says that the line to the server is down, once that has become noticeable, and goes by itself. */
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import styles from "./LineDown.module.css";
import { useLineUp } from "./live";

const NOTICEABLE_MS = 1_500;

export function LineDown() {
  const { t } = useTranslation();
  const up = useLineUp();
  const [wasUp] = useDebouncedValue(up, NOTICEABLE_MS);
  return (
    <div role="status" className={styles.place}>
      {up || wasUp ? null : (
        <div className={styles.bar}>
          <IconPlugConnectedX size={16} aria-hidden />
          {t("line.down")}
        </div>
      )}
    </div>
  );
}
