/** The demo shop while it is made: what it is at, and how far. */
import { Progress } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { share } from "~/app/format";
import { Card } from "~/kit/Card";
import type { DemoShop } from "./data";
import styles from "./demo.module.css";

export function Making({ of }: { of: DemoShop }) {
  const { t } = useTranslation("demo");
  const step = of.step ? t(`step.${of.step}`) : t("step.begun");
  return (
    <Card title={t("making")} about={t("makingAbout")}>
      <Progress value={of.share * 100} animated aria-label={t("making")} />
      <p className={styles.step} role="status">
        <span>{step}</span>
        <span className="number">{share(of.share, 0)}</span>
      </p>
      {of.again ? <p className={styles.step}>{t("again")}</p> : null}
    </Card>
  );
}
