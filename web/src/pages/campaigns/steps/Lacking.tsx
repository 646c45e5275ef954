/** What a campaign still lacks, with the way to the step where it is said. */
import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Lack } from "../definition";
import type { Writing } from "../draft";
import styles from "./steps.module.css";

export type StepName =
  | "who"
  | "what"
  | "where"
  | "when"
  | "amount"
  | "test"
  | "goal"
  | "review"
  | "file";

export interface StepProps {
  writing: Writing;
}

export const LACKS: Record<Lack, StepName> = {
  topic: "who",
  audience: "who",
  text: "what",
  steps: "where",
  event: "when",
};

export function Lacking({ lacks }: { lacks: readonly Lack[] }) {
  const { t } = useTranslation("campaigns");
  return (
    <ul className={styles.lacking}>
      {lacks.map((lack) => (
        <li key={lack}>
          <UnstyledButton component={Link} to={`?step=${LACKS[lack]}`} className={styles.lack}>
            {t(`lack.${lack}`)}
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}
