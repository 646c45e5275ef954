/** A campaign is written: step by step, each with an address of its own; what is written is kept. */
import { Anchor, Button, Group } from "@mantine/core";
import { IconAlertCircle, IconArrowLeft, IconArrowRight, IconCheck } from "@tabler/icons-react";
import { useIsFetching } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { useMay } from "~/app/session";
import { Fault } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { NotKept } from "~/kit/NotKept";
import { done } from "~/kit/notices";
import { Page } from "~/kit/Page";
import { type Lack, lacksOf } from "./definition";
import { useDraft } from "./draft";
import styles from "./edit.module.css";
import { AsFile } from "./steps/AsFile";
import { Goal } from "./steps/Goal";
import { HowMuch } from "./steps/HowMuch";
import { LACKS, type StepName, type StepProps } from "./steps/Lacking";
import { Review } from "./steps/Review";
import { Test } from "./steps/Test";
import { What } from "./steps/What";
import { When } from "./steps/When";
import { Where } from "./steps/Where";
import { Who } from "./steps/Who";

const STEPS = {
  who: Who,
  what: What,
  where: Where,
  when: When,
  amount: HowMuch,
  test: Test,
  goal: Goal,
  review: Review,
  file: AsFile,
} satisfies Record<StepName, React.ComponentType<StepProps>>;
const NAMES = Object.keys(STEPS) as StepName[];
const isStep = (name: string | null): name is StepName => !!name && name in STEPS;

export function Component() {
  const { name = "" } = useParams();
  return <Wizard key={name} name={name} />;
}

function Wizard({ name }: { name: string }) {
  const { t } = useTranslation("campaigns");
  const go = useNavigate();
  const [params] = useSearchParams();
  const asked = params.get("step");
  const step: StepName = isStep(asked) ? asked : "who";
  const audience = params.get("audience");
  const writing = useDraft(name, audience ? { audience } : {});
  const { draft, stored, saving } = writing;
  const mayWrite = useMay("content");
  const ready = name === "" || stored.isSuccess;
  const title = draft.name || (name === "" ? t("new") : draft.id || name);
  const lacks = lacksOf(draft);
  const waiting = useIsFetching({
    queryKey: ["campaigns"],
    predicate: ({ state }) => state.status === "pending",
  });
  const Shown = STEPS[step];
  const keep = async (next: StepName = step) => {
    try {
      const found = await saving.mutateAsync({});
      done(t("edit.kept", { name: title }));
      go(`/campaigns/${found.id}/edit?step=${next}`, { replace: name === "" });
    } catch {
      // Said below the steps: what is written stays here.
    }
  };
  return (
    <Page
      title={title}
      above={
        <Anchor component={Link} to={name ? `/campaigns/${name}` : "/campaigns"} size="xs">
          {name ? t("edit.back") : t("title")}
        </Anchor>
      }
      ready={(ready || stored.isError) && waiting === 0}
      actions={
        mayWrite ? (
          <Group gap={8}>
            {writing.written ? (
              <Button variant="subtle" color="gray" onClick={writing.drop}>
                {t("edit.drop")}
              </Button>
            ) : null}
            <Button
              variant="default"
              onClick={() => keep()}
              loading={saving.isPending}
              disabled={!writing.written || lacks.length > 0}
            >
              {t("edit.keep")}
            </Button>
          </Group>
        ) : null
      }
    >
      {stored.isError ? <Fault fault={stored.error} again={stored.refetch} /> : null}
      {!ready && !stored.isError ? <Loading rows={10} /> : null}
      {ready ? (
        <div className={styles.wizard}>
          <Steps of={step} lacks={lacks} />
          <div className={styles.body}>
            <NotKept writing={writing} />
            <Shown writing={writing} />
            <Around
              of={step}
              onReview={lacks.length ? null : () => keep("review")}
              writing={writing}
            />
          </div>
        </div>
      ) : null}
    </Page>
  );
}

/** The steps at the side: where one is, and which still need something. */
function Steps({ of, lacks }: { of: StepName; lacks: readonly Lack[] }) {
  const { t } = useTranslation("campaigns");
  const open = new Set(lacks.map((lack) => LACKS[lack]));
  return (
    <nav className={styles.steps} aria-label={t("edit.steps")}>
      <ol>
        {NAMES.map((name, n) => (
          <li key={name} data-apart={name === "file" || undefined}>
            <Link to={`?step=${name}`} replace aria-current={name === of ? "step" : undefined}>
              <span className={styles.mark} aria-hidden>
                {open.has(name) ? <IconAlertCircle size={16} /> : name === "file" ? "…" : n + 1}
              </span>
              {t(`step.${name}`)}
              {open.has(name) ? <span className="visually-hidden">{t("edit.lacks")}</span> : null}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

interface AroundProps extends StepProps {
  of: StepName;
  onReview: (() => void) | null;
}

/** The steps before and after this one; the last is reached once all is kept. */
function Around({ of, onReview, writing }: AroundProps) {
  const { t } = useTranslation("campaigns");
  const at = NAMES.indexOf(of);
  const before = NAMES[at - 1];
  const after = NAMES[at + 1];
  if (of === "file" || of === "review") {
    return null;
  }
  return (
    <Group justify="space-between">
      {before ? (
        <Button
          component={Link}
          to={`?step=${before}`}
          replace
          variant="subtle"
          color="gray"
          leftSection={<IconArrowLeft size={16} />}
        >
          {t(`step.${before}`)}
        </Button>
      ) : (
        <span />
      )}
      {after === "review" ? (
        <Button
          onClick={() => onReview?.()}
          disabled={!onReview}
          loading={writing.saving.isPending}
          leftSection={<IconCheck size={16} />}
        >
          {t("edit.review")}
        </Button>
      ) : (
        <Button
          component={Link}
          to={`?step=${after}`}
          replace
          rightSection={<IconArrowRight size={16} />}
        >
          {t(`step.${after}`)}
        </Button>
      )}
    </Group>
  );
}
