/** Somebody chosen out of all people by typing a part of their name, e-mail or phone. */
import { Combobox, Loader, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import styles from "./PersonPicker.module.css";

export type Condition = Record<string, unknown>;
export type PersonListed = Schemas["PersonListed"];

const SHOWN = 8;

/** What somebody is called where little room is: their name, else an address, else a number. */
export const calledShort = (one: { pid: number; name: string; email: string; phone?: string }) =>
  one.name || one.email || one.phone || `#${one.pid}`;

interface PersonPickerProps {
  label: string;
  description?: string;
  onPick: (person: PersonListed) => void;
  /** Who is not offered. */
  without?: number;
  /** Of whom the people are, as conditions of a segment. */
  among?: readonly Condition[];
}

export function PersonPicker({
  label,
  description,
  onPick,
  without,
  among = [],
}: PersonPickerProps) {
  const { t } = useTranslation("kit");
  const [words, setWords] = useState("");
  const [asked] = useDebouncedValue(words.trim(), 200);
  const list = useCombobox({ onDropdownClose: () => list.resetSelectedOption() });
  const found = useQuery({
    queryKey: ["people", "picker", asked, among],
    queryFn: ({ signal }) =>
      body(
        api.POST("/api/people/list", {
          params: { query: { limit: SHOWN + 1 } },
          body: { words: asked, where: [...among], order: "-created" },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    enabled: list.dropdownOpened,
  });
  const people = (found.data?.items ?? []).filter((one) => one.pid !== without).slice(0, SHOWN);
  return (
    <Combobox
      store={list}
      onOptionSubmit={(pid) => {
        const one = people.find((person) => String(person.pid) === pid);
        if (one) {
          setWords(calledShort(one));
          onPick(one);
        }
        list.closeDropdown();
      }}
    >
      <Combobox.Target withExpandedAttribute>
        <TextInput
          role="combobox"
          label={label}
          description={description}
          placeholder={t("findPerson")}
          value={words}
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={found.isFetching ? <Loader size="xs" /> : null}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            list.openDropdown();
            list.updateSelectedOptionIndex();
          }}
          onFocus={() => list.openDropdown()}
          onBlur={() => list.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options aria-label={label}>
          {people.map((one) => (
            <Combobox.Option key={one.pid} value={String(one.pid)}>
              <span className={styles.name}>{calledShort(one)}</span>
              <span className={styles.address}>
                {[one.name && one.email, one.phone].filter(Boolean).join(" · ")}
              </span>
            </Combobox.Option>
          ))}
          {found.isSuccess && people.length === 0 ? (
            <Combobox.Empty>{t("nobodyFound")}</Combobox.Empty>
          ) : null}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
