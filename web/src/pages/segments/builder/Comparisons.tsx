/** How a value has to compare: each comparison a word and what it is compared with; all hold. */
import { CloseButton, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Source } from "../known";
import {
  COMPARISONS,
  type Comparison,
  type Condition,
  changed,
  comparisonsOf,
  firstValue,
  renamed,
  type Type,
} from "../language";
import styles from "./builder.module.css";
import { Choice } from "./Choice";
import { Value } from "./Value";

interface ComparisonsProps {
  of: Condition;
  type: Type;
  source: Source;
  onChange: (next: Condition) => void;
  /** Words in the place of those for comparisons, such as "at least … times". */
  words?: "times";
  /** The last one stays. */
  needed?: boolean;
}

export function Comparisons({ of, type, source, onChange, words, needed }: ComparisonsProps) {
  const { t } = useTranslation("segments");
  const said = (compare: Comparison) =>
    t(words && type === "number" ? `times.${compare}` : `compare.${compare}`);
  const all: readonly Comparison[] = COMPARISONS[type];
  return comparisonsOf(of).map((compare) => {
    const choices = [compare, ...all.filter((one) => one !== compare && !(one in of))];
    return (
      <Group key={compare} gap={4} wrap="nowrap" className={styles.part}>
        <Choice
          label={t("how")}
          data={choices
            .toSorted((a, b) => all.indexOf(a) - all.indexOf(b))
            .map((one) => ({ value: one, label: said(one) }))}
          value={compare}
          onChange={(to) =>
            onChange(renamed(of, compare, to, kept(of[compare], compare, to, type)))
          }
        />
        <Value
          label={said(compare)}
          compare={compare}
          type={type}
          source={source}
          value={of[compare]}
          onChange={(value) => onChange({ ...of, [compare]: value })}
        />
        {words ? <span>{t("timesAfter", { count: Number(of[compare]) || 0 })}</span> : null}
        {needed && comparisonsOf(of).length === 1 ? null : (
          <CloseButton
            size="sm"
            aria-label={t("without", { what: said(compare) })}
            onClick={() => onChange(changed(of, { [compare]: undefined }))}
          />
        )}
      </Group>
    );
  });
}

/** The value that stays when the word before it is changed. */
function kept(value: unknown, from: Comparison, to: Comparison, type: Type): unknown {
  const first = firstValue(to, type);
  if (Array.isArray(first)) {
    return Array.isArray(value) ? value : value === "" ? [] : [value];
  }
  if (Array.isArray(value)) {
    return value[0] ?? first;
  }
  const alike = typeof value === typeof first;
  const spans = typeof first === "string" && first !== "";
  const wereSpans = typeof firstValue(from, type) === "string" && firstValue(from, type) !== "";
  return alike && spans === wereSpans ? value : first;
}
