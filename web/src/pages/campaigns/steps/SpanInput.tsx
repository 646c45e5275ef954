/** A span of time: a number and its unit. */
import { Group, Input, NumberInput, Select } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { UNITS as ALL, spanOf, spanText } from "~/app/spans";

/** Units that are always equally long: a campaign is written in no other. */
const UNITS = ALL.slice(0, 4);

const written = (many: number, unit: (typeof ALL)[number]) =>
  many === 0 ? "" : spanText({ many, unit });

interface SpanInputProps {
  label: string;
  description?: string;
  value: string;
  onChange: (span: string) => void;
  /** 0 is allowed and means: none. */
  none?: boolean;
}

export function SpanInput({ label, description, value, onChange, none }: SpanInputProps) {
  const { t } = useTranslation("campaigns");
  const id = useId();
  const { many, unit } = spanOf(value) ?? { many: 0, unit: "hour" };
  const odd = value !== "" && spanOf(value) === null;
  return (
    <Input.Wrapper id={id} label={label} description={odd ? value : description}>
      <Group gap={8} wrap="nowrap" mt={4}>
        <NumberInput
          id={id}
          w={96}
          min={none ? 0 : 1}
          max={999}
          value={many}
          onChange={(next) => onChange(written(Number(next) || 0, unit))}
        />
        <Select
          w={140}
          aria-label={t("unit.label", { of: label })}
          data={UNITS.map((one) => ({ value: one, label: t(`unit.${one}`, { count: many }) }))}
          value={unit}
          allowDeselect={false}
          onChange={(next) => onChange(written(many, UNITS.find((one) => one === next) ?? unit))}
        />
      </Group>
    </Input.Wrapper>
  );
}
