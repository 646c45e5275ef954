/** Names of events, campaigns or segments: chosen of those that are known, or typed. */
import { TagsInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { asNames, namesOf } from "../language";
import styles from "./builder.module.css";

interface NamesProps {
  label: string;
  placeholder: string;
  known: readonly string[];
  value: unknown;
  onChange: (names: unknown) => void;
  /** How a name is said, where it has other words. */
  said?: (name: string) => string;
}

export function Names({ label, placeholder, known, value, onChange, said }: NamesProps) {
  const { t } = useTranslation("segments");
  const chosen = namesOf(value);
  return (
    <TagsInput
      aria-label={label}
      placeholder={chosen.length ? undefined : placeholder}
      miw={150}
      maw="100%"
      classNames={{ root: styles.several, inputField: styles.typed }}
      data={[...known]}
      value={chosen}
      onChange={(next) => onChange(asNames(next))}
      acceptValueOnBlur
      clearButtonProps={{ "aria-label": t("clear") }}
      renderOption={({ option }) => {
        const words = said?.(option.value) ?? option.value;
        return (
          <span>
            {option.value}
            {words === option.value ? null : <small> · {words}</small>}
          </span>
        );
      }}
    />
  );
}
