/** The address and the secret that go into the other program; looking is noted in the audit log. */
import { Button, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { Copied } from "~/kit/Copied";
import { Dialogue } from "~/kit/Dialogue";
import { SMALL } from "~/kit/small";
import { useChange } from "../changing";

interface SecretProps {
  kind: "inbound" | "outbound";
  id: string;
  /** The address that the other program calls; "" where we call it. */
  url: string;
}

export function Secret({ kind, id, url }: SecretProps) {
  const { t } = useTranslation("settings_data");
  const params = { params: { path: { name: id } } };
  const look = useChange({
    of: "audit",
    act: () =>
      kind === "inbound"
        ? body(api.GET("/api/inbound/{name}/secret", params))
        : body(api.GET("/api/outbound/{name}/secret", params)),
  });
  return (
    <>
      <Button {...SMALL} variant="default" onClick={() => look.mutate(null)}>
        {t(url ? "hooks.address" : "hooks.secret")}
      </Button>
      <Dialogue opened={!!look.data} onClose={look.reset} title={id}>
        <Stack gap={14}>
          {url ? (
            <div>
              <p>{t("hooks.callsHere")}</p>
              <Copied text={url} label={t("hooks.address")} />
            </div>
          ) : null}
          <div>
            <p>{t(url ? "hooks.proves" : "hooks.signs")}</p>
            <Copied text={look.data?.secret ?? ""} label={t("hooks.secret")} />
          </div>
        </Stack>
      </Dialogue>
    </>
  );
}
