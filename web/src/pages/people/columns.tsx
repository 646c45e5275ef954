/** Which columns the list of people has: chosen once, kept in this browser. */
import { Button, Checkbox, Popover, ScrollArea, Stack } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconColumns3 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { day } from "~/app/format";
import { calledShort, type PersonListed } from "~/kit/PersonPicker";
import type { Column } from "~/kit/Table";
import { PersonLink } from "./PersonLink";
import { useNames, useTraitName, useValue } from "./words";

const OWN = ["email", "phone", "language", "created"] as const;
type Own = (typeof OWN)[number];
const FIRST = ["email", "phone", "traits.city", "language", "created"];
const TRAITS_MAX = 12;
const TRAIT = "traits.";

export function useKeptColumns() {
  const [keys, keep] = useLocalStorage({
    key: "maracuja-people-columns",
    defaultValue: FIRST,
    getInitialValueInEffect: false,
  });
  return { keys, keep, traits: keys.filter((key) => key.startsWith(TRAIT)).map(traitOf) };
}

const traitOf = (key: string) => key.slice(TRAIT.length);
const isOwn = (key: string): key is Own => OWN.some((one) => one === key);

export function useColumns(keys: readonly string[]): Column<PersonListed>[] {
  const { t } = useTranslation("people");
  const value = useValue();
  const traitName = useTraitName();
  const types = new Map(useNames()?.traits.map(({ name, type }) => [name, type]));
  const own: Record<Own, (row: PersonListed) => string> = {
    email: (row) => row.email || "–",
    phone: (row) => row.phone || "–",
    language: (row) => (row.language ? t(`language.${row.language}`, row.language) : "–"),
    created: (row) => day(row.created),
  };
  const shown = keys.map((key): Column<PersonListed> => {
    if (isOwn(key)) {
      return {
        key,
        label: t(`column.${key}`),
        show: own[key],
        sorts: key === "created",
        wide: true,
      };
    }
    const trait = traitOf(key);
    return {
      key,
      label: traitName(trait),
      show: (row) => value(row.traits?.[trait]),
      sorts: types.get(trait) !== "list",
      number: types.get(trait) === "number",
      wide: true,
    };
  });
  const name: Column<PersonListed> = {
    key: "name",
    label: t("column.name"),
    sorts: true,
    show: (row) => <PersonLink pid={row.pid} name={calledShort(row)} below={row.email} />,
  };
  return [name, ...shown];
}

interface ChooseColumnsProps {
  keys: readonly string[];
  onChange: (keys: string[]) => void;
}

export function ChooseColumns({ keys, onChange }: ChooseColumnsProps) {
  const { t } = useTranslation("people");
  const traitName = useTraitName();
  const traits = useNames()?.traits.map(({ name }) => `${TRAIT}${name}`) ?? [];
  const offered = traits.filter((key) => !isOwn(traitOf(key)));
  const full = keys.filter((key) => key.startsWith(TRAIT)).length >= TRAITS_MAX;
  const box = (key: string, label: string) => (
    <Checkbox
      key={key}
      size="sm"
      label={label}
      checked={keys.includes(key)}
      disabled={full && key.startsWith(TRAIT) && !keys.includes(key)}
      onChange={(event) =>
        onChange(event.currentTarget.checked ? [...keys, key] : keys.filter((one) => one !== key))
      }
    />
  );
  return (
    <Popover position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns3 size={16} aria-hidden />}>
          {t("columns")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("columns")}>
        <ScrollArea.Autosize mah={360} w={220} type="auto">
          <Stack gap={10} p={2}>
            {OWN.map((key) => box(key, t(`column.${key}`)))}
            {offered.map((key) => box(key, traitName(traitOf(key))))}
          </Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}
