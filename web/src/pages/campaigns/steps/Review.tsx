/** Checked, rehearsed and launched: what is wrong, who hears, and who does not. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Card } from "~/kit/Card";
import { Before } from "../Before";
import { lacksOf } from "../definition";
import { Lacking, type StepProps } from "./Lacking";

export function Review({ writing }: StepProps) {
  const { t } = useTranslation("campaigns");
  const { draft, base, written, saving } = writing;
  const lacks = lacksOf(draft);
  if (lacks.length > 0) {
    return (
      <Card title={t("review.notYet")}>
        <Lacking lacks={lacks} />
      </Card>
    );
  }
  if (base === 0 || written) {
    return (
      <Card title={t("review.keepFirst")} about={t("review.keepAbout")}>
        <Button onClick={() => saving.mutate({})} loading={saving.isPending}>
          {t("edit.keep")}
        </Button>
      </Card>
    );
  }
  return <Before name={draft.id} version={base} />;
}
