/** Steps strictly one after the other: what was done, or was absent, and how soon after. */
import { Button, CloseButton, Group } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useEventName } from "~/pages/people/words";
import { useKnown } from "../known";
import { type Condition, changed, conditionsOf, namesOf, renamed } from "../language";
import styles from "./builder.module.css";
import { Choice } from "./Choice";
import type { FieldsProps } from "./fields";
import { Names } from "./Names";
import { Offers } from "./Offers";
import { Span } from "./Span";
import { Where, withFilter } from "./Where";
import { useWindowOffers, Window } from "./Window";

const STEPS_MIN = 2;
const STEPS = ["did", "did_not"] as const;

export function Sequence({ of, onChange }: FieldsProps) {
  const { t } = useTranslation("segments");
  const steps = conditionsOf(of.sequence);
  const put = (sequence: readonly Condition[]) => onChange({ ...of, sequence });
  const offers = useWindowOffers({ of, onChange }, ["within", "in_total"]);
  return (
    <div className={styles.sequence}>
      <Group gap={8}>
        <span>{t("kind.sequence")}</span>
        <Window of={of} onChange={onChange} />
        <Offers offers={offers} />
      </Group>
      <ol className={styles.steps} aria-label={t("kind.sequence")}>
        {steps.map((step, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is known by its place alone
          <li key={n}>
            <Step
              of={step}
              first={n === 0}
              last={n === steps.length - 1}
              onChange={(next) => put(steps.toSpliced(n, 1, next))}
            />
            {steps.length > STEPS_MIN ? (
              <CloseButton
                size="sm"
                aria-label={t("without", { what: t("step", { n: n + 1 }) })}
                onClick={() => put(steps.toSpliced(n, 1))}
              />
            ) : null}
          </li>
        ))}
      </ol>
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<IconPlus size={14} />}
        onClick={() => put([...steps, { did: "", within: "1 day" }])}
      >
        {t("stepAdd")}
      </Button>
    </div>
  );
}

interface StepProps {
  of: Condition;
  first: boolean;
  last: boolean;
  onChange: (next: Condition) => void;
}

function Step({ of, first, last, onChange }: StepProps) {
  const { t } = useTranslation("segments");
  const said = useEventName();
  const known = useKnown();
  const kind = "did_not" in of ? "did_not" : "did";
  const label = t(kind === "did_not" ? "stepWithout" : "stepWithin");
  const mayWithin = !first && (kind === "did" || last);
  return (
    <>
      {first ? null : (
        <Choice
          label={t("kindOf")}
          data={STEPS.map((one) => ({ value: one, label: t(`step_${one}`) }))}
          value={kind}
          onChange={(next) => onChange(turned(of, kind, next, last))}
        />
      )}
      <Names
        label={t("event")}
        placeholder={t("eventWhich")}
        known={known.events}
        said={said}
        value={of[kind]}
        onChange={(names) => onChange({ ...of, [kind]: names })}
      />
      {"within" in of ? (
        <Group gap={4} wrap="nowrap" className={styles.part}>
          <span>{label}</span>
          <Span
            label={label}
            value={String(of.within)}
            fixed
            onChange={(within) => onChange({ ...of, within })}
          />
          {kind === "did" ? (
            <CloseButton
              size="sm"
              aria-label={t("without", { what: label })}
              onClick={() => onChange(changed(of, { within: undefined }))}
            />
          ) : null}
        </Group>
      ) : null}
      <Where of={of} events={namesOf(of[kind])} onChange={onChange} />
      <Offers
        offers={[
          ...(mayWithin && !("within" in of)
            ? [{ key: "within", label, add: () => onChange({ ...of, within: "1 day" }) }]
            : []),
          { key: "where", label: t("onlyWhere"), add: () => onChange(withFilter(of)) },
        ]}
      />
    </>
  );
}

/** Done or absent; an absence has a length of its own only at the end. */
function turned(step: Condition, from: string, to: string, last: boolean): Condition {
  const next = renamed(step, from, to);
  if (to === "did_not") {
    return last ? { within: "2 hours", ...next } : changed(next, { within: undefined });
  }
  return next;
}
