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
import styles from "./settings.module.css";

interface FieldProps {
  of: Setting;
  label: string;
  help: string;
  /** What the file calls it, small beside the label. */
  named?: string;
  value: unknown;
  onChange: (value: unknown) => void;
  /** What is chosen from, where the setting itself does not say so. */
  choices?: readonly Choice[] | undefined;
  disabled?: boolean;
}

export function Field(props: FieldProps) {
  const { of, label, help, named, value, onChange, choices, disabled } = props;
  const { t, i18n } = useTranslation("settings");
  const fixed = of.given === "environment" ? "environment" : of.by_hand ? "byHand" : "";
  const common = {
    label: named ? <Named label={label} name={named} /> : label,
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
          data={of.choices.map((one) => ({ value: one, label: said(one) }))}
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
  function said(choice: string): string {
    const key = `settings_channels:choice.${choice}`;
    return i18n.exists(key) ? t(key) : choice;
  }
}

function Named({ label, name }: { label: string; name: string }) {
  return (
    <>
      {label} <code className={styles.inFile}>{name}</code>
    </>
  );
}

const texts = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
