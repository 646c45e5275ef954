/** Which of the events count: only where their properties compare. */
import { Autocomplete, CloseButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useKnown } from "../known";
import {
  COMPARISONS,
  type Condition,
  changed,
  comparisonsOf,
  conditionsOf,
  firstValue,
  type Type,
} from "../language";
import styles from "./builder.module.css";
import { Comparisons } from "./Comparisons";
import { Offers } from "./Offers";

interface WhereProps {
  of: Condition;
  events: readonly string[];
  onChange: (next: Condition) => void;
}

export function Where({ of, events, onChange }: WhereProps) {
  const { t } = useTranslation("segments");
  const filters = conditionsOf(of.where);
  const put = (next: readonly Condition[]) =>
    onChange(changed(of, { where: next.length ? next : undefined }));
  return filters.map((filter, n) => (
    <fieldset
      // biome-ignore lint/suspicious/noArrayIndexKey: a filter is known by its place alone
      key={n}
      className={styles.filter}
      aria-label={t("onlyWhere")}
    >
      <span>{t("onlyWhere")}</span>
      <Filter
        of={filter}
        events={events}
        onChange={(next) => put(filters.toSpliced(n, 1, next))}
      />
      <CloseButton
        size="sm"
        aria-label={t("without", { what: t("onlyWhere") })}
        onClick={() => put(filters.toSpliced(n, 1))}
      />
    </fieldset>
  ));
}

/** What `where` begins with, or goes on with. */
export const withFilter = (of: Condition): Condition => ({
  ...of,
  where: [...conditionsOf(of.where), { property: "", is: "" }],
});

function Filter({ of, events, onChange }: WhereProps) {
  const { t } = useTranslation("segments");
  const known = useKnown();
  const name = String(of.property);
  const type = known.typeOfProperty(events, name) ?? typeBy(of);
  const compared = comparisonsOf(of);
  return (
    <>
      <PropertyName
        events={events}
        value={name}
        onChange={(property) =>
          onChange(retyped(of, property, known.typeOfProperty(events, property)))
        }
      />
      <Comparisons
        of={of}
        type={type}
        source={known.sourceOfProperty(events, name)}
        onChange={onChange}
        needed
      />
      <Offers
        offers={COMPARISONS[type]
          .filter((one) => !compared.includes(one))
          .map((one) => ({
            key: one,
            label: t(`compare.${one}`),
            add: () => onChange({ ...of, [one]: firstValue(one, type) }),
          }))}
      />
    </>
  );
}

/** Another property: its comparison begins anew where the type is another. */
function retyped(of: Condition, property: string, type: Type | null): Condition {
  const all: readonly string[] = COMPARISONS[type ?? typeBy(of)];
  if (!type || (comparisonsOf(of).every((one) => all.includes(one)) && typeBy(of) === type)) {
    return { ...of, property };
  }
  const [first] = COMPARISONS[type];
  return { property, [first]: firstValue(first, type) };
}

/** The type that a comparison itself tells of. */
export function typeBy(of: Condition): Type {
  const values = comparisonsOf(of)
    .filter((one) => one !== "known")
    .flatMap((one) => of[one]);
  return values.some((one) => typeof one === "number")
    ? "number"
    : values.some((one) => typeof one === "boolean")
      ? "boolean"
      : "text";
}

interface PropertyNameProps {
  events: readonly string[];
  value: string;
  onChange: (name: string) => void;
}

export function PropertyName({ events, value, onChange }: PropertyNameProps) {
  const { t } = useTranslation("segments");
  const known = useKnown().propertiesOf(events);
  return (
    <Autocomplete
      aria-label={t("property")}
      placeholder={t("property")}
      w={150}
      data={known.map(({ name }) => name)}
      value={value}
      onChange={onChange}
    />
  );
}
