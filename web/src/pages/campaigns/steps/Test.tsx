/** The variants are tried on a part before the better one goes to all: how many that takes. */
import { Button, NumberInput, Radio, Select, Stack, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, body } from "~/api/client";
import { share, whole } from "~/app/format";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Kpi, Kpis } from "~/kit/Kpi";
import { Query } from "~/kit/Query";
import { type Draft, LIFT, lacksOf, type Test as Tried } from "../definition";
import type { Writing } from "../draft";
import type { StepProps } from "./Lacking";
import { SpanInput } from "./SpanInput";
import styles from "./steps.module.css";

const DAY_S = 86_400;
const ORDERS = ["automatic", "by_hand"] as const;

export function Test({ writing }: StepProps) {
  const { t } = useTranslation("campaigns");
  const { draft, change } = writing;
  const variants = draft.variants ?? [];
  if (variants.length < 2) {
    return (
      <Card>
        <Empty
          title={t("test.oneText")}
          action={
            <Button component={Link} to="?step=what" replace>
              {t("test.addVariant")}
            </Button>
          }
        >
          {t("test.oneTextAbout")}
        </Empty>
      </Card>
    );
  }
  return (
    <>
      <Card title={t("test.title")} about={t("test.about")}>
        <div className={styles.fields}>
          <Switch
            label={t("test.on")}
            description={t("test.onAbout")}
            checked={draft.test !== undefined}
            onChange={(event) => change({ test: event.currentTarget.checked ? {} : undefined })}
          />
          {draft.test ? (
            <Fields draft={draft} test={draft.test} onChange={(test) => change({ test })} />
          ) : null}
        </div>
      </Card>
      {draft.test ? <Plan writing={writing} /> : null}
    </>
  );
}

interface FieldsProps {
  draft: Draft;
  test: Tried;
  onChange: (test: Tried) => void;
}

function Fields({ draft, test, onChange }: FieldsProps) {
  const { t } = useTranslation("campaigns");
  const put = (some: Partial<Tried>) => {
    const next: Tried = { ...test, ...some };
    onChange(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)));
  };
  return (
    <>
      <div className={styles.pair}>
        <NumberInput
          label={t("test.lift")}
          description={t("test.liftAbout")}
          suffix=" %"
          min={1}
          max={200}
          value={Math.round((test.lift ?? LIFT) * 100)}
          onChange={(lift) => put({ lift: Number(lift) / 100 || undefined })}
        />
        <NumberInput
          label={t("test.share")}
          description={t("test.shareAbout")}
          placeholder={t("test.asPlanned")}
          suffix=" %"
          min={1}
          max={100}
          value={test.share === undefined ? "" : Math.round(test.share * 100)}
          onChange={(part) => put({ share: Number(part) / 100 || undefined })}
        />
      </div>
      <SpanInput
        label={t("test.decideAfter")}
        description={t("test.decideAbout")}
        value={test.decide_after ?? ""}
        onChange={(span) => put({ decide_after: span || undefined })}
        none
      />
      <Radio.Group
        label={t("test.rollOut")}
        value={test.roll_out ?? "automatic"}
        onChange={(next) => put({ roll_out: ORDERS.find((one) => one === next) })}
      >
        <Stack gap={8} mt={6}>
          {ORDERS.map((one) => (
            <Radio key={one} value={one} label={t(`test.rollOuts.${one}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <Select
        label={t("test.undecided")}
        description={t("test.undecidedAbout")}
        placeholder={t("test.somebody")}
        data={(draft.variants ?? []).map((one) => one.id)}
        value={test.undecided ?? null}
        clearable
        onChange={(variant) => put({ undecided: variant ?? undefined })}
      />
    </>
  );
}

/** How many people the test needs, as it is kept now, and how long it takes. */
function Plan({ writing }: { writing: Writing }) {
  const { t } = useTranslation("campaigns");
  const { draft, base, written, saving } = writing;
  const lacks = lacksOf(draft);
  const kept = base > 0 && !written;
  const plan = useQuery({
    queryKey: ["campaigns", "plan", draft.id, base],
    queryFn: () =>
      body(api.GET("/api/campaigns/{name}/plan", { params: { path: { name: draft.id } } })),
    enabled: kept,
    retry: false,
  });
  if (!kept) {
    return (
      <Card title={t("plan.title")}>
        <Button
          variant="default"
          disabled={lacks.length > 0}
          loading={saving.isPending}
          onClick={() => saving.mutate({})}
        >
          {t("plan.count")}
        </Button>
      </Card>
    );
  }
  return (
    <Query of={plan} rows={4}>
      {(found) => (
        <>
          <Kpis>
            <Kpi
              label={t("plan.each")}
              value={whole(found.people)}
              note={t("plan.variants", { count: found.variants.length })}
            />
            <Kpi
              label={t("plan.tested")}
              value={whole(found.tested)}
              note={t("plan.ofAudience", { n: whole(found.audience) })}
            />
            <Kpi
              label={t("plan.days")}
              value={t("plan.dayCount", { count: Math.ceil(found.answers_within_s / DAY_S) })}
              note={t("plan.looks", { count: found.looks })}
            />
            <Kpi
              label={t("plan.waiting")}
              value={whole(found.waiting)}
              note={t("plan.forWinner")}
            />
          </Kpis>
          <p className={styles.muted}>
            {t("plan.says", {
              lift: share(found.lift),
              rate: share(found.rate),
              expected: whole(found.expected),
            })}
          </p>
        </>
      )}
    </Query>
  );
}
