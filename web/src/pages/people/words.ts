/** How values, traits and events are said to a marketer. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { day, decimal, moment } from "~/app/format";
import { useMay } from "~/app/session";

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

/** A value of a trait, a property or a fact as text. */
export function useValue(): (value: unknown) => string {
  const { t } = useTranslation("people");
  const say = (value: unknown): string => {
    if (value === null || value === undefined || value === "") {
      return "–";
    }
    if (typeof value === "boolean") {
      return t(value ? "yes" : "no");
    }
    if (typeof value === "number") {
      return decimal(value);
    }
    if (typeof value === "string") {
      return DAY.test(value) ? day(value, "UTC") : MOMENT.test(value) ? moment(value) : value;
    }
    return Array.isArray(value) ? value.map(say).join(", ") : JSON.stringify(value);
  };
  return say;
}

/** A name that we have words for, else as it was sent: `first_name`, `Order Completed`. */
function useNamed(kind: "trait" | "event" | "fact") {
  const { t, i18n } = useTranslation("people");
  return (name: string) =>
    i18n.exists(`people:${kind}.${name}`) ? t(`${kind}.${name}`) : name.replaceAll("_", " ");
}

export const useTraitName = () => useNamed("trait");
export const useEventName = () => useNamed("event");
export const useFactName = () => useNamed("fact");

/** Every name that the data have shown; undefined for those who may not see them. */
export function useNames() {
  const may = useMay("content", 1);
  return useQuery({
    queryKey: ["suggestions", "names"],
    queryFn: () => body(api.GET("/api/suggestions/names")),
    staleTime: 60_000,
    enabled: may,
  }).data;
}

export interface Topic {
  id: string;
  name: string;
  channels: readonly string[];
}

/** The shop's topics with the channels that they are told on. */
export function useTopics(): readonly Topic[] | undefined {
  const { i18n } = useTranslation();
  const may = useMay("content", 1);
  return useQuery({
    queryKey: ["definitions", "topic"],
    queryFn: () =>
      body(api.GET("/api/definitions", { params: { query: { kind: "topic", limit: 1000 } } })),
    staleTime: 60_000,
    enabled: may,
    select: ({ items }) => items.map((one) => topicOf(one.id, one.body, i18n.language)),
  }).data;
}

function topicOf(id: string, written: Record<string, unknown>, language: string): Topic {
  const names = (written.names ?? {}) as Record<string, string>;
  const channels = (written.channels ?? ["email"]) as string[];
  return { id, name: names[language] ?? names.en ?? Object.values(names)[0] ?? id, channels };
}
