/** A span of time within a sentence: a number and its unit. */
import { Group, NumberInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { spanOf, spanText, UNITS } from "~/app/spans";
import { Choice } from "./Choice";

interface SpanProps {
  label: string;
  value: string;
  onChange: (span: string) => void;
  /** Months and years are not offered: they are of different lengths. */
  fixed?: boolean;
}

export function Span({ label, value, onChange, fixed }: SpanProps) {
  const { t } = useTranslation("segments");
  const span = spanOf(value) ?? { many: 1, unit: "day" as const };
  const units = fixed ? UNITS.slice(0, 4) : UNITS;
  return (
    <Group gap={4} wrap="nowrap">
      <NumberInput
        aria-label={label}
        w={60}
        min={0}
        max={999_999}
        allowDecimal={false}
        hideControls
        value={span.many}
        onChange={(many) => onChange(spanText({ ...span, many: Number(many) || 0 }))}
      />
      <Choice
        label={t("unit.label", { of: label })}
        data={units.map((unit) => ({
          value: unit,
          label: t(`unit.${unit}`, { count: span.many }),
        }))}
        value={span.unit}
        onChange={(unit) => onChange(spanText({ ...span, unit }))}
      />
    </Group>
  );
}
