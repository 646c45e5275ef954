/** A text to be pasted elsewhere, with the button that copies it. */
import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import styles from "./Copied.module.css";

export function Copied({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation("kit");
  return (
    <div className={styles.copied}>
      <code title={text}>{text}</code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={t(copied ? "copied" : "copy")}>
            <ActionIcon
              variant="subtle"
              color="gray"
              onClick={copy}
              aria-label={`${t("copy")}: ${label}`}
            >
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </div>
  );
}
