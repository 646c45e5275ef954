/** What is begun in a form of the settings: kept in this browser until it is saved, secrets never. */
import { useState } from "react";
import { useKept } from "~/app/kept";
import type { Setting } from "./data";
import type { Values } from "./setting";

/** Whether something is written that is not saved, and how it is thrown away. */
export interface Begun {
  is: boolean;
  drop: () => void;
}

const placeOf = (place: string) => `settings-${place}`;

/**
 * The fields of a dialogue, as they stand with what was written over them. What was begun with
 * another version is left alone: somebody else has changed the thing since.
 */
export function useFields<T extends object>(place: string, stands: T, version = 0) {
  const [kept, keep] = useKept<{ version: number; fields: T }>(placeOf(place));
  const own = kept?.version === version ? kept.fields : null;
  const fields: T = own ?? stands;
  const write = (some: Partial<T>) => keep({ version, fields: { ...fields, ...some } });
  const begun: Begun = { is: own !== null, drop: () => keep(null) };
  return [fields, write, begun] as const;
}

/** What is written over settings, by their names; a secret lasts as long as the page. */
export function useValues(place: string, settings: readonly Setting[]) {
  const [kept, keep] = useKept<Values>(placeOf(place));
  const [secrets, hold] = useState<Values>({});
  const isSecret = (name: string) => settings.find((one) => one.name === name)?.takes === "secret";
  const write = (name: string, value: unknown) =>
    isSecret(name) ? hold({ ...secrets, [name]: value }) : keep({ ...kept, [name]: value });
  const drop = () => {
    hold({});
    keep(null);
  };
  const written: Values = { ...kept, ...secrets };
  return [written, write, drop] as const;
}
