/** One filter being written: what it is about, how it compares, with which value. */
import { Autocomplete, Button, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { useMay } from "~/app/session";
import { CHANNELS, useChannelName } from "~/kit/channels";
import {
  COMPARISONS,
  type Filter,
  isBare,
  isSpan,
  isTraitType,
  type Kind,
  STATES,
  type TraitType,
} from "./conditions";
import { useNames, useTopics, useTraitName } from "./words";

interface FormProps<F> {
  filter: F;
  onChange: (filter: F) => void;
}
type Of<K extends Kind> = Extract<Filter, { kind: K }>;

const FIRST: { [K in Kind]: Of<K> } = {
  trait: { kind: "trait", trait: "", compare: "is", value: "" },
  consent: { kind: "consent", topic: "", channel: "email", state: "opted_in" },
  reachable: { kind: "reachable", channel: "email" },
  segment: { kind: "segment", segment: "" },
};

/** Dropdowns stay within the popover, so that choosing in them does not close it. */
const within = { comboboxProps: { withinPortal: false } };

interface FilterFormProps {
  filter?: Filter;
  onDone: (filter: Filter) => void;
}

export function FilterForm({ filter, onDone }: FilterFormProps) {
  const { t } = useTranslation("people");
  const kinds: Kind[] = useMay("content", 1)
    ? ["trait", "consent", "reachable", "segment"]
    : ["reachable"];
  const [now, change] = useState<Filter>(filter ?? FIRST[kinds[0] ?? "reachable"]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onDone(now);
      }}
    >
      <Stack gap={10} w={280}>
        <Select
          label={t("filter.about")}
          data={kinds.map((kind) => ({ value: kind, label: t(`filter.${kind}`) }))}
          value={now.kind}
          allowDeselect={false}
          onChange={(kind) => change(FIRST[(kind ?? now.kind) as Kind])}
          {...within}
        />
        <Fields filter={now} onChange={change} />
        <Button type="submit" disabled={!isWhole(now)}>
          {t(filter ? "filter.change" : "filter.add")}
        </Button>
      </Stack>
    </form>
  );
}

function isWhole(filter: Filter): boolean {
  switch (filter.kind) {
    case "trait":
      return filter.trait !== "" && (isBare(filter.compare) || filter.value !== "");
    case "consent":
      return filter.topic !== "";
    case "segment":
      return filter.segment !== "";
    case "reachable":
      return true;
  }
}

function Fields({ filter, onChange }: FormProps<Filter>) {
  switch (filter.kind) {
    case "trait":
      return <TraitFields filter={filter} onChange={onChange} />;
    case "consent":
      return <ConsentFields filter={filter} onChange={onChange} />;
    case "reachable":
      return (
        <ChannelSelect
          channel={filter.channel}
          onChange={(channel) => onChange({ ...filter, channel })}
        />
      );
    case "segment":
      return <SegmentFields filter={filter} onChange={onChange} />;
  }
}

function TraitFields({ filter, onChange }: FormProps<Of<"trait">>) {
  const { t } = useTranslation("people");
  const traitName = useTraitName();
  const traits = useNames()?.traits ?? [];
  const type = typeOf(traits.find((one) => one.name === filter.trait)?.type);
  const compare = filter.compare;
  return (
    <>
      <Select
        label={t("filter.trait")}
        data={traits.map(({ name }) => ({ value: name, label: traitName(name) }))}
        value={filter.trait || null}
        searchable
        data-autofocus
        nothingFoundMessage={t("filter.nothing")}
        onChange={(trait) => {
          const first = COMPARISONS[typeOf(traits.find((one) => one.name === trait)?.type)][0];
          onChange({ ...filter, trait: trait ?? "", compare: first, value: "" });
        }}
        {...within}
      />
      <Select
        label={t("filter.compare")}
        data={COMPARISONS[type].map((one) => ({ value: one, label: t(`compare.${one}`) }))}
        value={compare}
        allowDeselect={false}
        onChange={(chosen) => {
          const next = COMPARISONS[type].find((one) => one === chosen) ?? compare;
          onChange({ ...filter, compare: next, value: "" });
        }}
        {...within}
      />
      {isBare(compare) ? null : <ValueField filter={filter} type={type} onChange={onChange} />}
    </>
  );
}

const typeOf = (type: string | undefined): TraitType =>
  type !== undefined && isTraitType(type) ? type : "text";

interface ValueFieldProps extends FormProps<Of<"trait">> {
  type: TraitType;
}

function ValueField({ filter, type, onChange }: ValueFieldProps) {
  const { t } = useTranslation("people");
  const label = t(isSpan(filter.compare) ? "filter.days" : "filter.value");
  if (type === "number" || isSpan(filter.compare)) {
    return (
      <NumberInput
        label={label}
        value={filter.value}
        min={isSpan(filter.compare) ? 0 : undefined}
        onChange={(value) => onChange({ ...filter, value })}
        hideControls
      />
    );
  }
  if (type === "date" || type === "time") {
    return (
      <TextInput
        type="date"
        label={label}
        value={String(filter.value)}
        onChange={(event) => onChange({ ...filter, value: event.currentTarget.value })}
      />
    );
  }
  return <TextValue label={label} filter={filter} onChange={onChange} />;
}

/** Words typed freely, with frequent values offered. */
function TextValue({ label, filter, onChange }: FormProps<Of<"trait">> & { label: string }) {
  const text = String(filter.value);
  const [holding] = useDebouncedValue(text, 200);
  const { data } = useQuery({
    queryKey: ["suggestions", "values", filter.trait, holding],
    queryFn: ({ signal }) =>
      body(
        api.GET("/api/suggestions/values", {
          params: { query: { trait: filter.trait, holding, limit: 20 } },
          signal,
        }),
      ),
    enabled: filter.trait !== "",
    staleTime: 60_000,
  });
  const values = new Set((data?.items ?? []).map((one) => String(one.value)));
  values.delete(text); // nothing covers the button below once a value is whole
  return (
    <Autocomplete
      label={label}
      data={[...values]}
      filter={({ options }) => options}
      value={text}
      onChange={(value) => onChange({ ...filter, value })}
      comboboxProps={{ withinPortal: false, position: "top" }}
    />
  );
}

function ConsentFields({ filter, onChange }: FormProps<Of<"consent">>) {
  const { t } = useTranslation("people");
  const topics = useTopics() ?? [];
  return (
    <>
      <Select
        label={t("filter.topic")}
        data={topics.map((one) => ({ value: one.id, label: one.name }))}
        value={filter.topic || null}
        onChange={(topic) => onChange({ ...filter, topic: topic ?? "" })}
        nothingFoundMessage={t("filter.nothing")}
        {...within}
      />
      <ChannelSelect
        channel={filter.channel}
        onChange={(channel) => onChange({ ...filter, channel })}
      />
      <Select
        label={t("filter.state")}
        data={STATES.map((state) => ({ value: state, label: t(`state.${state}`) }))}
        value={filter.state}
        allowDeselect={false}
        onChange={(state) => onChange({ ...filter, state: state ?? filter.state })}
        {...within}
      />
    </>
  );
}

function SegmentFields({ filter, onChange }: FormProps<Of<"segment">>) {
  const { t } = useTranslation("people");
  return (
    <Select
      label={t("filter.segment")}
      data={[...(useNames()?.segments ?? [])]}
      value={filter.segment || null}
      searchable
      nothingFoundMessage={t("filter.nothing")}
      onChange={(segment) => onChange({ ...filter, segment: segment ?? "" })}
      {...within}
    />
  );
}

interface ChannelSelectProps {
  channel: string;
  onChange: (channel: string) => void;
}

function ChannelSelect({ channel, onChange }: ChannelSelectProps) {
  const { t } = useTranslation("people");
  const called = useChannelName();
  return (
    <Select
      label={t("filter.channel")}
      data={CHANNELS.map((one) => ({ value: one, label: called(one) }))}
      value={channel}
      allowDeselect={false}
      onChange={(one) => onChange(one ?? channel)}
      {...within}
    />
  );
}
