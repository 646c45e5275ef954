/** The steps of a new shop; it goes once all are done. */
import { IconCircleCheckFilled, IconCircleDashed } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "~/api/client";
import { Card } from "~/kit/Card";
import styles from "./overview.module.css";

const STEPS = [
  ["owner", "/settings/team"],
  ["shop_named", "/settings/shop"],
  ["site", "/settings/site"],
  ["people", "/settings/imports"],
  ["channel_sends", "/settings/channels"],
  ["topic", "/settings/topics"],
  ["campaign", "/campaigns/new"],
] as const;

export function Checklist({ of }: { of: Schemas["Checklist"] }) {
  const { t } = useTranslation("overview");
  const done = STEPS.filter(([step]) => of[step]).length;
  const next = STEPS.find(([step]) => !of[step])?.[0];
  return (
    <Card title={t("checklist")} about={t("checklistAbout", { done, all: STEPS.length })}>
      <ol className={styles.steps}>
        {STEPS.map(([step, to]) => (
          <li key={step} data-done={of[step] || undefined} data-next={step === next || undefined}>
            {of[step] ? (
              <IconCircleCheckFilled size={20} aria-label={t("done")} />
            ) : (
              <IconCircleDashed size={20} aria-label={t("open")} />
            )}
            <div>
              {of[step] ? (
                <span>{t(`step.${step}`)}</span>
              ) : (
                <Link to={to}>{t(`step.${step}`)}</Link>
              )}
              <p>{t(`stepWhy.${step}`)}</p>
            </div>
          </li>
        ))}
      </ol>
    </Card>
  );
}
