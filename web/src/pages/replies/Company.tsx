/** Who else is at this conversation now, and a word before two answer the same. */
import { Button } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Colleague } from "~/app/line";
import { Face } from "~/kit/Face";
import { Note } from "~/kit/Note";
import { SMALL } from "~/kit/small";
import styles from "./replies.module.css";

/** Whoever has not touched the keys for so long is no longer writing. */
const WRITING_MS = 10_000;

/** Whether somebody writes here; each key says so anew. */
export function useWriting() {
  const [writing, set] = useState(false);
  const rest = useDebouncedCallback(() => set(false), WRITING_MS);
  const wrote = () => {
    set(true);
    rest();
  };
  return { writing, wrote, sent: () => set(false) };
}

export const writersOf = (of: readonly Colleague[]) => of.filter((one) => one.writing);

export function Company({ of }: { of: readonly Colleague[] }) {
  const { t } = useTranslation("replies");
  const writers = writersOf(of);
  const told = writers.length > 0 ? writers : of;
  const what = writers.length > 0 ? "company.writing" : "company.here";
  return (
    <div role="status" className={styles.company}>
      {told.length > 0 ? (
        <span className={styles.beside} data-writing={writers.length > 0 || undefined}>
          <Face name={told[0]?.name ?? ""} size={22} />
          {t(what, { count: told.length, names: told.map((one) => one.name).join(", ") })}
        </span>
      ) : null}
    </div>
  );
}

interface BothProps {
  onSend: () => void;
  onWait: () => void;
}

export function Both({ onSend, onWait }: BothProps) {
  const { t } = useTranslation("replies");
  return (
    <div role="alert">
      <Note>
        {t("company.both")}
        <div className={styles.bothDo}>
          <Button {...SMALL} variant="default" onClick={onSend}>
            {t("sendAllTheSame")}
          </Button>
          <Button {...SMALL} variant="subtle" onClick={onWait}>
            {t("company.wait")}
          </Button>
        </div>
      </Note>
    </div>
  );
}
