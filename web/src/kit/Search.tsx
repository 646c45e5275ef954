/** Words that narrow a list down, told once somebody has stopped typing. */
import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";

const TYPED_MS = 250;

interface SearchProps {
  label: string;
  /** What is shown before anything is typed, such as an example; else the label. */
  like?: string;
  /** What is searched for now, as the address of the page says. */
  words: string;
  onChange: (words: string) => void;
}

export function Search({ label, like = label, words, onChange }: SearchProps) {
  const [typed, setTyped] = useState(words);
  const tell = useDebouncedCallback((next: string) => onChange(next.trim()), TYPED_MS);
  useEffect(() => {
    // A space at the end, before the next word, is kept.
    setTyped((before) => (before.trim() === words ? before : words));
  }, [words]);
  return (
    <TextInput
      type="search"
      w={{ base: "100%", sm: 320 }}
      leftSection={<IconSearch size={16} aria-hidden />}
      aria-label={label}
      placeholder={like}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
    />
  );
}
