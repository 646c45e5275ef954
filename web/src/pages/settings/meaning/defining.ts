/** Definitions that the settings change: put over the version that was read, and taken away. */
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { useChange } from "../changing";

export type Defined = Schemas["DefinitionShown"];

interface Put {
  id: string;
  definition: Record<string, unknown>;
  base: number;
}

/** What shows definitions of a kind: webhooks are listed with how they fare, too. */
const shownBy = (kind: string) =>
  kind === "inbound" || kind === "outbound" ? ["definitions", "hooks"] : ["definitions"];

/** Store the next version of a definition; refused where somebody else was quicker. */
export function usePut(kind: string, after: () => void) {
  const { t } = useTranslation("settings");
  return useChange({
    of: shownBy(kind),
    quiet: true,
    act: ({ id, definition, base }: Put) =>
      body(
        api.PUT("/api/definitions/{kind}/{name}", {
          params: { path: { kind, name: id } },
          body: { definition, base },
        }),
      ),
    said: () => t("saved"),
    after,
  });
}

/** Take a definition out of force; it can be put back. */
export function useDrop(kind: string, after: () => void) {
  const { t } = useTranslation(["settings_data", "settings"]);
  const back = useChange({
    of: shownBy(kind),
    act: (one: Defined) =>
      body(
        api.PUT("/api/definitions/{kind}/{name}", {
          params: { path: { kind, name: one.id } },
          body: { definition: one.body },
        }),
      ),
  });
  return useChange({
    of: shownBy(kind),
    act: (one: Defined) =>
      api.DELETE("/api/definitions/{kind}/{name}", {
        params: { path: { kind, name: one.id }, query: { base: one.version } },
      }),
    said: (one) => t("gone", { name: one.id }),
    undo: { label: t("settings:undo"), act: back.mutate },
    after,
  });
}

/** A name as an id: small letters, digits and hyphens. */
export function idOf(name: string): string {
  return name
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64);
}

export const textAt = (body: Record<string, unknown>, name: string): string =>
  typeof body[name] === "string" ? String(body[name]) : "";

export const textsAt = (body: Record<string, unknown>, name: string): string[] => {
  const found = body[name];
  return Array.isArray(found) ? found.map(String) : [];
};

export function pairsAt(body: Record<string, unknown>, name: string): Record<string, string> {
  const found = body[name];
  return found && typeof found === "object"
    ? Object.fromEntries(Object.entries(found).map(([key, value]) => [key, String(value)]))
    : {};
}
