/** One of some words, as wide as the word that is chosen: conditions read like sentences. */
import { Select } from "@mantine/core";

interface ChoiceProps<V extends string> {
  label: string;
  value: V;
  data: readonly { value: V; label: string }[];
  onChange: (value: V) => void;
}

/** Room for the words and the arrow beside them. */
const wide = (words: string) => `calc(${Math.max(words.length, 3) * 0.9}ch + 52px)`;

export function Choice<V extends string>({ label, value, data, onChange }: ChoiceProps<V>) {
  const chosen = data.find((one) => one.value === value)?.label ?? value;
  return (
    <Select
      aria-label={label}
      w={wide(chosen)}
      maw="100%"
      comboboxProps={{ width: "max-content", position: "bottom-start" }}
      data={[...data]}
      value={value}
      allowDeselect={false}
      onChange={(next) => {
        const found = data.find((one) => one.value === next);
        if (found) {
          onChange(found.value);
        }
      }}
    />
  );
}
