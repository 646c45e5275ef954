/** Goals: which event counts as success, within which time, and where its worth stands. */
import { Autocomplete, NumberInput, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body as bodyOf } from "~/api/client";
import { useFields } from "../begun";
import styles from "../settings.module.css";
import { DefinitionDialogue } from "./DefinitionDialogue";
import { DefinitionsPage } from "./DefinitionsPage";
import { type Defined, idOf, textAt } from "./defining";

const TYPES = ["sale", "engagement", "support"] as const;
const UNITS = ["days", "hours"] as const;

/** "7 days" as a number and its unit. */
function spanOf(window: string): [number, (typeof UNITS)[number]] {
  const found = /^(\d+) (day|hour)s?$/.exec(window);
  return found ? [Number(found[1]), found[2] === "hour" ? "hours" : "days"] : [7, "days"];
}

export function Component() {
  const { t } = useTranslation("settings_data");
  return (
    <DefinitionsPage
      kind="goal"
      form={Goal}
      columns={[
        { key: "name", label: t("name"), show: (row) => textAt(row.body, "name") || row.id },
        { key: "event", label: t("goals.event"), show: (row) => textAt(row.body, "event") },
        {
          key: "window",
          label: t("goals.window"),
          show: (row) => {
            const [count, unit] = spanOf(textAt(row.body, "window") || "7 days");
            return t(`goals.${unit}`, { count });
          },
        },
        {
          key: "value",
          label: t("goals.value"),
          wide: true,
          show: (row) => textAt(row.body, "value") || "–",
        },
      ]}
    />
  );
}

/** The events that were seen, with their properties. */
function useEvents() {
  return useQuery({
    queryKey: ["suggestions", "names"],
    staleTime: 60_000,
    queryFn: () => bodyOf(api.GET("/api/suggestions/names")),
  }).data?.events;
}

function Goal({ of, onClose }: { of: Defined | null; onClose: () => void }) {
  const { t } = useTranslation("settings_data");
  const body = of?.body ?? {};
  const events = useEvents() ?? [];
  const stands = {
    name: textAt(body, "name"),
    event: textAt(body, "event"),
    value: textAt(body, "value"),
    type: textAt(body, "type") || "sale",
    span: spanOf(textAt(body, "window") || "7 days"),
  };
  const [fields, write, begun] = useFields(`goal-${of?.id ?? "new"}`, stands, of?.version);
  const { name, event, value, type } = fields;
  const [length, unit] = fields.span;
  const numbers = events
    .find((one) => one.name === event)
    ?.properties.filter((one) => one.type === "number")
    .map((one) => one.name);
  return (
    <DefinitionDialogue
      kind="goal"
      of={of}
      title={of ? name || of.id : t("goals.make")}
      proposed={idOf(name || event)}
      begun={begun}
      complete={!!event.trim() && length > 0}
      definition={{ ...rest(body), name, event, value, type, window: `${length} ${unit}` }}
      onClose={onClose}
    >
      <TextInput
        label={t("name")}
        value={name}
        onChange={(change) => write({ name: change.currentTarget.value })}
      />
      <Autocomplete
        label={t("goals.event")}
        description={t("goals.eventHelp")}
        data={events.map((one) => one.name)}
        value={event}
        required
        onChange={(next) => write({ event: next })}
      />
      <div className={styles.fields}>
        <NumberInput
          label={t("goals.window")}
          description={t("goals.windowHelp")}
          value={length}
          min={1}
          max={365}
          onChange={(next) => write({ span: [Number(next) || 0, unit] })}
        />
        <Select
          label={t("goals.unit")}
          description={" "}
          data={UNITS.map((one) => ({ value: one, label: t(`goals.unitOf.${one}`) }))}
          value={unit}
          allowDeselect={false}
          onChange={(next) => write({ span: [length, next === "hours" ? "hours" : "days"] })}
        />
      </div>
      <Autocomplete
        label={t("goals.value")}
        description={t("goals.valueHelp")}
        data={numbers ?? []}
        value={value}
        onChange={(next) => write({ value: next })}
      />
      <Select
        label={t("goals.type")}
        data={TYPES.map((one) => ({ value: one, label: t(`goals.is.${one}`) }))}
        value={type}
        allowDeselect={false}
        onChange={(next) => write({ type: next ?? "sale" })}
      />
    </DefinitionDialogue>
  );
}

/** What the dialogue does not show stays as it is. */
function rest(body: Record<string, unknown>): Record<string, unknown> {
  const { id: _, kind: __, ...kept } = body;
  return kept;
}
