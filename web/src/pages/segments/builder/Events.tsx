/** What somebody did, how often and when; or what they did with our messages. */
import { Group, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CHANNELS, useChannelName } from "~/kit/channels";
import { useEventName } from "~/pages/people/words";
import { type Source, useKnown } from "../known";
import {
  COMPARISONS,
  type Condition,
  changed,
  comparisonsOf,
  firstValue,
  isMeasure,
  isMessage,
  type Kind,
  MEASURES,
  MESSAGES,
  namesOf,
  ofKind,
  TAKES_OF,
  type Type,
} from "../language";
import styles from "./builder.module.css";
import { Choice } from "./Choice";
import { Comparisons } from "./Comparisons";
import type { FieldsProps } from "./fields";
import { Names } from "./Names";
import { Offers } from "./Offers";
import { PropertyName, Where, withFilter } from "./Where";
import { useWindowOffers, Window } from "./Window";

export function Events({ of, kind, onChange }: FieldsProps) {
  const { t } = useTranslation("segments");
  const said = useEventName();
  const known = useKnown();
  const family: readonly Kind[] = isMessage(kind) ? MESSAGES : MEASURES;
  const { events, type, source } = useResult(of, kind);
  const times = type === "number" && !("of" in of);
  return (
    <>
      <Choice
        label={t("kindOf")}
        data={family.map((one) => ({ value: one, label: t(`kind.${one}`) }))}
        value={kind}
        onChange={(to) => onChange(ofKind(of, kind, to))}
      />
      {"of" in of ? (
        <Group gap={4} wrap="nowrap" className={styles.part}>
          <PropertyName
            events={events}
            value={String(of.of)}
            onChange={(name) => onChange({ ...of, of: name })}
          />
          <span>{t("ofEvent")}</span>
        </Group>
      ) : null}
      {isMessage(kind) ? (
        <Campaigns of={of} kind={kind} onChange={onChange} />
      ) : (
        <Names
          label={t("event")}
          placeholder={t("eventWhich")}
          known={known.events}
          said={said}
          value={of[kind]}
          onChange={(names) => onChange({ ...of, [kind]: names })}
        />
      )}
      <Comparisons
        of={of}
        type={type}
        source={source}
        onChange={onChange}
        {...(times ? { words: "times" as const } : {})}
      />
      <Window of={of} onChange={onChange} />
      <Where of={of} events={events} onChange={onChange} />
      <More of={of} kind={kind} type={type} onChange={onChange} />
    </>
  );
}

/** What a condition's value is: a count, a time, or what the property holds. */
function useResult(of: Condition, kind: Kind): { events: string[]; type: Type; source: Source } {
  const known = useKnown();
  if (!isMeasure(kind)) {
    return { events: [], type: "number", source: {} };
  }
  const events = namesOf(of[kind]);
  const property = String(of.of ?? "");
  if (kind === "did" || kind === "did_not" || kind === "distinct") {
    return { events, type: "number", source: {} };
  }
  if (!("of" in of)) {
    return { events, type: "time", source: {} };
  }
  const numeric = kind === "sum" || kind === "average";
  const shown = known.typeOfProperty(events, property);
  const type = numeric
    ? "number"
    : (shown ?? (kind === "min" || kind === "max" ? "number" : "text"));
  return { events, type, source: known.sourceOfProperty(events, property) };
}

function Campaigns({ of, kind, onChange }: FieldsProps) {
  const { t } = useTranslation("segments");
  const known = useKnown();
  const called = useChannelName();
  const any = of[kind] === "any";
  return (
    <>
      <Choice
        label={t("campaigns")}
        data={[
          { value: "any", label: t("campaignAny") },
          { value: "some", label: t("campaignSome") },
        ]}
        value={any ? "any" : "some"}
        onChange={(next) => onChange({ ...of, [kind]: next === "any" ? "any" : "" })}
      />
      {any ? null : (
        <Names
          label={t("campaigns")}
          placeholder={t("campaignWhich")}
          known={known.campaigns}
          value={of[kind]}
          onChange={(names) => onChange({ ...of, [kind]: names })}
        />
      )}
      {"channel" in of ? (
        <Select
          aria-label={t("channel")}
          w={150}
          clearable
          data={CHANNELS.map((one) => ({ value: one, label: called(one) }))}
          value={String(of.channel)}
          onChange={(next) => onChange(changed(of, { channel: next ?? undefined }))}
        />
      ) : null}
    </>
  );
}

interface MoreProps extends FieldsProps {
  type: Type;
}

function More({ of, kind, type, onChange }: MoreProps) {
  const { t } = useTranslation("segments");
  const all = kind === "did_not" ? [] : COMPARISONS[type].filter((one) => !(one in of));
  const first = all[0];
  const wishes = useWindowOffers({ of, onChange }, ["within", "older_than", "since", "until"]);
  const times = !("of" in of) && type === "number";
  return (
    <Offers
      offers={[
        ...(first
          ? [
              {
                key: "compare",
                label: t(
                  times ? "howOften" : comparisonsOf(of).length ? "compareMore" : "compareIt",
                ),
                add: () => onChange({ ...of, [first]: firstValue(first, type) }),
              },
            ]
          : []),
        ...wishes,
        { key: "where", label: t("onlyWhere"), add: () => onChange(withFilter(of)) },
        ...(TAKES_OF.includes(kind) && !("of" in of)
          ? [ofOffer(of, t("ofProperty"), onChange)]
          : []),
        ...(isMessage(kind) && !("channel" in of)
          ? [
              {
                key: "channel",
                label: t("onChannel"),
                add: () => onChange({ ...of, channel: "email" }),
              },
            ]
          : []),
      ]}
    />
  );
}

/** The property of the first or last event, in the place of its time. */
const ofOffer = (of: Condition, label: string, onChange: (next: Condition) => void) => ({
  key: "of",
  label,
  add: () =>
    onChange({
      ...changed(of, Object.fromEntries(comparisonsOf(of).map((one) => [one, undefined]))),
      of: "",
      is: "",
    }),
});
