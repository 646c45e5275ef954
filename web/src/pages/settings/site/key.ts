/** The browser key in the lines: made with one press, and kept in this browser for the next visit. */
import { useLocalStorage } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { useChange } from "../changing";
import { useKeys } from "../data";

interface Kept {
  id: Schemas["KeyMade"]["id"];
  secret: string;
}

/** A key of the kind that everybody may see; null until one is made here, or when it is revoked. */
export function useSiteKey() {
  const { t } = useTranslation("settings_site");
  const [kept, keep] = useLocalStorage<Kept | null>({
    key: "maracuja-site-key",
    defaultValue: null,
    getInitialValueInEffect: false,
  });
  const known = useKeys().data?.items;
  const make = useChange({
    of: "keys",
    act: () => body(api.POST("/api/keys", { body: { kind: "browser", name: t("keyName") } })),
    said: () => t("keyMade"),
    after: ({ id, secret }) => keep({ id, secret }),
  });
  const revoked = known?.some((one) => one.id === kept?.id && one.revoked);
  const gone = known && !known.some((one) => one.id === kept?.id) && !make.isSuccess;
  return {
    key: kept && !revoked && !gone ? kept.secret : null,
    make: () => make.mutate(null),
    making: make.isPending,
  };
}
