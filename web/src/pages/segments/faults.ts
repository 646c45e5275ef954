/** What is wrong with a segment, and beside which of its conditions that is said. */
import { createContext, useContext } from "react";
import type { Schemas } from "~/api/client";

export type Fault = Omit<Schemas["Fault"], "code">;

export const Faults = createContext<readonly Fault[]>([]);

/** Below a path: `where[0]` holds `where[0].trait`, but not `where[01]`. */
export const isBelow = (where: string, path: string) =>
  where === path || where.startsWith(`${path}.`) || where.startsWith(`${path}[`);

/** The faults of the condition at this path, without those of conditions within it. */
export function useFaultsAt(path: string, parts: readonly string[] = []): readonly Fault[] {
  const own = (fault: Fault) =>
    isBelow(fault.where, path) && !parts.some((part) => isBelow(fault.where, part));
  return useContext(Faults).filter(own);
}
