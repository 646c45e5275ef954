/** What it is for: the goal by which it is judged, and by what its report is broken down. */
import { Anchor, MultiSelect, Select, TagsInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Card } from "~/kit/Card";
import { useDefinitions } from "../data";
import type { StepProps } from "./Lacking";
import styles from "./steps.module.css";

const BREAKDOWNS = ["language", "gender"];

export function Goal({ writing }: StepProps) {
  const { t } = useTranslation("campaigns");
  const { draft, change } = writing;
  const goals = useDefinitions("goal").data;
  const pools = useDefinitions("coupons").data ?? [];
  const options = (goals ?? []).map((one) => ({ value: one.id, label: one.name }));
  const put = (some: string[]) => change({ goals: some.length ? some : undefined });
  const [first, ...others] = draft.goals ?? [];
  return (
    <Card title={t("goal.title")} about={t("goal.about")}>
      <div className={styles.fields}>
        <div>
          <Select
            label={t("goal.first")}
            data={options}
            value={first ?? null}
            clearable
            onChange={(goal) =>
              put(goal ? [goal, ...others.filter((one) => one !== goal)] : others)
            }
            nothingFoundMessage={t("nothing")}
          />
          {goals?.length === 0 ? (
            <Anchor component={Link} to="/settings/goals" size="xs">
              {t("goal.make")}
            </Anchor>
          ) : null}
        </div>
        {first ? (
          <MultiSelect
            label={t("goal.others")}
            data={options.filter((one) => one.value !== first)}
            value={others}
            onChange={(some) => put([first, ...some])}
          />
        ) : null}
        <TagsInput
          label={t("goal.breakdowns")}
          description={t("goal.breakdownsAbout")}
          data={BREAKDOWNS}
          value={draft.breakdowns ?? BREAKDOWNS}
          onChange={(breakdowns) => change({ breakdowns })}
        />
        <TextInput
          label={t("goal.tactic")}
          description={t("goal.tacticAbout")}
          value={draft.tactic ?? ""}
          onChange={(event) =>
            change({
              tactic:
                event.currentTarget.value.toLowerCase().replace(/[^a-z0-9_-]/g, "-") || undefined,
            })
          }
        />
        {pools.length ? (
          <Select
            label={t("goal.coupons")}
            data={pools.map((one) => ({ value: one.id, label: one.name }))}
            value={typeof draft.coupons === "string" ? draft.coupons : null}
            clearable
            onChange={(pool) => change({ coupons: pool ?? undefined })}
          />
        ) : null}
      </div>
    </Card>
  );
}
