/** Who somebody is: a trait, a computed fact, what they agreed to, how they can be reached. */
import { Autocomplete, MultiSelect, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CHANNELS, useChannelName } from "~/kit/channels";
import { useTopics, useTraitName } from "~/pages/people/words";
import { useKnown } from "../known";
import {
  COMPARISONS,
  type Condition,
  changed,
  comparisonsOf,
  firstValue,
  type Type,
} from "../language";
import { Choice } from "./Choice";
import { Comparisons } from "./Comparisons";
import type { FieldsProps } from "./fields";
import { Offers } from "./Offers";

type Change = Pick<FieldsProps, "of" | "onChange">;

/** The name chosen before is offered too, known or not. */
const offered = (known: readonly string[], own: string, said: (name: string) => string) =>
  [...new Set(own ? [...known, own] : known)].map((value) => ({ value, label: said(value) }));

export function Trait({ of, onChange }: Change) {
  const { t } = useTranslation("segments");
  const said = useTraitName();
  const known = useKnown();
  const name = String(of.trait);
  const type = known.typeOfTrait(name);
  return (
    <>
      <Select
        aria-label={t("kind.trait")}
        placeholder={t("traitWhich")}
        w={170}
        searchable
        data={offered(
          known.traits.map((one) => one.name),
          name,
          said,
        )}
        value={name || null}
        nothingFoundMessage={t("nothing")}
        onChange={(next) =>
          onChange(begun({ trait: next ?? name }, known.typeOfTrait(next ?? "")))
        }
      />
      <Comparisons of={of} type={type} source={{ trait: name }} onChange={onChange} />
      <Compare of={of} type={type} onChange={onChange} />
    </>
  );
}

export function Fact({ of, onChange }: Change) {
  const { t } = useTranslation("segments");
  const known = useKnown();
  const name = String(of.fact);
  const said = (one: string) => known.facts.find((f) => f.name === one)?.called ?? one;
  const fact = known.facts.find((one) => one.name === name);
  const type = known.typeOfFact(name);
  return (
    <>
      <Select
        aria-label={t("kind.fact")}
        placeholder={t("factWhich")}
        w={210}
        searchable
        data={offered(
          known.facts.map((one) => one.name),
          name,
          said,
        )}
        value={name || null}
        nothingFoundMessage={t("nothing")}
        onChange={(next) => {
          const to = known.facts.find((one) => one.name === next);
          const which = to?.needs_of ? { of: "" } : {};
          onChange(begun({ fact: next ?? name, ...which }, known.typeOfFact(next ?? "")));
        }}
      />
      {fact?.of || "of" in of ? (
        <Autocomplete
          aria-label={t(fact?.of === "product" ? "ofProduct" : "ofCategory")}
          placeholder={t(fact?.of === "product" ? "ofProduct" : "ofCategory")}
          w={200}
          value={String(of.of ?? "")}
          onChange={(value) =>
            onChange(changed(of, { of: value || (fact?.needs_of ? "" : undefined) }))
          }
        />
      ) : null}
      <Comparisons of={of} type={type} source={{}} onChange={onChange} />
      <Compare of={of} type={type} onChange={onChange} />
    </>
  );
}

/** A condition with the first comparison of its type. */
function begun(of: Condition, type: Type): Condition {
  const [first] = COMPARISONS[type];
  return { ...of, [first]: firstValue(first, type) };
}

function Compare({ of, type, onChange }: Change & { type: Type }) {
  const { t } = useTranslation("segments");
  const said = comparisonsOf(of);
  return (
    <Offers
      offers={COMPARISONS[type]
        .filter((one) => !said.includes(one))
        .map((one) => ({
          key: one,
          label: t(`compare.${one}`),
          add: () => onChange({ ...of, [one]: firstValue(one, type) }),
        }))}
    />
  );
}

const STATES = ["opted_in", "soft", "pending", "unproven", "opted_out", "unknown"] as const;

export function Consent({ of, onChange }: Change) {
  const { t } = useTranslation("segments");
  const topics = useTopics() ?? [];
  const states = [of.state ?? "opted_in"].flat().map(String);
  return (
    <>
      <span>{t("kind.consent")}</span>
      <Select
        aria-label={t("topic")}
        placeholder={t("topicWhich")}
        w={200}
        data={offered(
          topics.map((one) => one.id),
          String(of.consent),
          (id) => topics.find((one) => one.id === id)?.name ?? id,
        )}
        value={String(of.consent) || null}
        nothingFoundMessage={t("nothing")}
        onChange={(next) => onChange({ ...of, consent: next ?? of.consent })}
      />
      <Channel value={String(of.channel)} onChange={(channel) => onChange({ ...of, channel })} />
      <MultiSelect
        aria-label={t("state")}
        w={190}
        data={STATES.map((value) => ({ value, label: t(`people:state.${value}`) }))}
        value={states}
        onChange={(next) =>
          onChange(next.length === 0 ? of : { ...of, state: next.length > 1 ? next : next[0] })
        }
      />
    </>
  );
}

export function Reachable({ of, onChange }: Change) {
  const { t } = useTranslation("segments");
  return (
    <>
      <span>{t("kind.reachable")}</span>
      <Channel value={String(of.reachable)} onChange={(reachable) => onChange({ reachable })} />
    </>
  );
}

function Channel({ value, onChange }: { value: string; onChange: (channel: string) => void }) {
  const { t } = useTranslation("segments");
  const called = useChannelName();
  return (
    <Choice
      label={t("channel")}
      data={offered(CHANNELS, value, called)}
      value={value}
      onChange={onChange}
    />
  );
}
