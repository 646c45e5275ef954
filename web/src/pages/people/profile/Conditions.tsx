/** Conditions of an audience for one person: whether each held, and on what evidence. */
import { IconCheck, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "~/api/client";
import styles from "./profile.module.css";

type Condition = Schemas["ConditionShown"];

export function Conditions({ of }: { of: readonly Condition[] }) {
  const { t } = useTranslation("people");
  return (
    <ul className={styles.conditions}>
      {of.map((one) => (
        <li key={one.where} data-held={one.held}>
          {one.held ? <IconCheck size={16} aria-hidden /> : <IconX size={16} aria-hidden />}
          <div>
            <span className="visually-hidden">{t(one.held ? "yes" : "no")}: </span>
            {one.says}
            {one.evidence ? <span className={styles.quiet}> · {one.evidence}</span> : null}
            {one.parts && one.parts.length > 0 ? <Conditions of={one.parts} /> : null}
          </div>
        </li>
      ))}
    </ul>
  );
}
