/** One setting as a form shows it: by what it takes; a secret is written and never read. */
import {
  MultiSelect,
  NumberInput,
  PasswordInput,
  Select,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Setting } from "./data";
import { type Choice, isWide, pairsOf, pairsText } from "./setting";

interface FieldProps {
  of: Setting;
  label: string;
  help: string;
  value: unknown;
  onChange: (value: unknown) => void;
  /** What is chosen from, where the setting itself does not say so. */
  choices?: readonly Choice[] | undefined;
  disabled?: boolean;
}

export function Field({ of, label, help, value, onChange, choices, disabled }: FieldProps) {
  const { t, i18n } = useTranslation("settings");
  const fixed = of.given === "environment" ? "environment" : of.by_hand ? "byHand" : "";
  const common = {
    label,
    description: [help, fixed && t(`fixed.${fixed}`)].filter(Boolean).join(" · ") || undefined,
    disabled: disabled || !!fixed,
  };
  const listed = choices && [...choices];
  switch (of.takes) {
    case "switch":
      return (
        <Switch
          {...common}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "number":
    case "whole":
      return (
        <NumberInput
          {...common}
          value={typeof value === "number" ? value : ""}
          min={of.least ?? undefined}
          max={of.most ?? undefined}
          allowDecimal={of.takes === "number"}
          onChange={(next) => onChange(typeof next === "number" ? next : null)}
        />
      );
    case "choice":
      return (
        <Select
          {...common}
          data={of.choices.map((one) => ({ value: one, label: named(one) }))}
          value={String(value ?? "")}
          allowDeselect={false}
          onChange={onChange}
        />
      );
    case "list":
      return listed ? (
        <MultiSelect
          {...common}
          data={listed}
          value={texts(value)}
          onChange={onChange}
          searchable
        />
      ) : (
        <TagsInput {...common} value={texts(value)} onChange={onChange} />
      );
    case "pairs":
      return (
        <Textarea
          {...common}
          autosize
          minRows={2}
          value={pairsText(value)}
          onChange={(event) => onChange(pairsOf(event.currentTarget.value))}
        />
      );
    case "secret":
      return (
        <PasswordInput
          {...common}
          value={typeof value === "string" ? value : ""}
          placeholder={of.filled ? t("secretKept") : undefined}
          autoComplete="off"
          visibilityToggleButtonProps={{ "aria-label": t("show") }}
          onChange={(event) => onChange(event.currentTarget.value || undefined)}
        />
      );
    case "table":
      return <Textarea {...common} readOnly autosize value={JSON.stringify(value)} />;
    case "text":
      return listed ? (
        <Select
          {...common}
          data={listed}
          value={String(value ?? "")}
          searchable
          allowDeselect={false}
          onChange={onChange}
        />
      ) : isWide(of) ? (
        <Textarea
          {...common}
          autosize
          value={String(value ?? "")}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <TextInput
          {...common}
          value={String(value ?? "")}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
  function named(choice: string): string {
    const key = `settings_channels:choice.${choice}`;
    return i18n.exists(key) ? t(key) : choice;
  }
}

const texts = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
