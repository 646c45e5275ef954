/** What the data have shown, for the builder: names, their types, and frequent values. */
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { useNames } from "~/pages/people/words";
import { isType, type Type } from "./language";

/** What values are suggested of: a trait, or a property of an event. */
export interface Source {
  trait?: string;
  event?: string;
  property?: string;
}

type NameKnown = Schemas["NameKnown"];
const CONTEXT = "context.";
const typeNamed = (type: string | undefined): Type | null => (type && isType(type) ? type : null);

export function useKnown() {
  const names = useNames();
  const facts = useFacts();
  const traits = names?.traits ?? [];
  const events = names?.events ?? [];

  /** The properties of any of these events, then those of their context. */
  const propertiesOf = (some: readonly string[]): NameKnown[] => {
    const own = events.filter(({ name }) => some.includes(name)).flatMap((one) => one.properties);
    const context = (names?.context ?? []).map((one) => ({ ...one, name: CONTEXT + one.name }));
    const byName = new Map([...own, ...context].map((one) => [one.name, one]));
    return [...byName.values()];
  };
  return {
    traits,
    events: events.map(({ name }) => name),
    segments: names?.segments ?? [],
    campaigns: names?.campaigns ?? [],
    facts,
    propertiesOf,
    typeOfTrait: (name: string): Type =>
      typeNamed(traits.find((one) => one.name === name)?.type) ?? "text",
    typeOfProperty: (some: readonly string[], name: string): Type | null =>
      typeNamed(propertiesOf(some).find((one) => one.name === name)?.type),
    typeOfFact: (name: string): Type =>
      typeNamed(facts.find((one) => one.name === name)?.type) ?? "number",
    sourceOfProperty: (some: readonly string[], name: string): Source => {
      if (name.startsWith(CONTEXT)) {
        return { property: name.slice(CONTEXT.length) };
      }
      const event = events.find(
        (one) => some.includes(one.name) && one.properties.some((p) => p.name === name),
      );
      return event ? { event: event.name, property: name } : {};
    },
  };
}

function useFacts() {
  const language = useTranslation().i18n.language;
  const facts = useQuery({
    queryKey: ["facts", "names", language],
    queryFn: () => body(api.GET("/api/facts", { params: { query: { language, limit: 1000 } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return facts.data?.items ?? [];
}

const TYPED_MS = 200;
const SHOWN = 20;

/** Frequent values that hold what is typed, and how many have each. */
export function useValues({ trait, event, property }: Source, holding: string) {
  const [asked] = useDebouncedValue(holding, TYPED_MS);
  const values = useQuery({
    queryKey: ["suggestions", "values", trait, event, property, asked],
    queryFn: ({ signal }) =>
      body(
        api.GET("/api/suggestions/values", {
          params: { query: { trait, event, property, holding: asked, limit: SHOWN } },
          signal,
        }),
      ),
    enabled: !!trait || !!property,
    staleTime: 60_000,
    retry: false, // a name that is not known has no values
  });
  return values.data?.items ?? [];
}
