/** Joining by an invitation: a name and a password, then in. */
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { api, body } from "~/api/client";
import { logIn } from "~/app/session";
import { Outside } from "./Outside";

const LETTERS_LEAST = 12;

export function Component() {
  const { t } = useTranslation("login");
  const go = useNavigate();
  const [search] = useSearchParams();
  const [fault, setFault] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    initialValues: { name: "", password: "" },
    validate: {
      password: (value) =>
        value.length < LETTERS_LEAST ? t("longer", { n: LETTERS_LEAST }) : null,
    },
  });

  const submit = form.onSubmit(async ({ name, password }) => {
    setBusy(true);
    setFault(null);
    try {
      const token = search.get("token") ?? "";
      const member = await body(
        api.POST("/api/session/join", { body: { token, password, name } }),
      );
      await logIn(member.email, password, "");
      await go("/", { replace: true });
    } catch (refused) {
      setFault(refused);
    } finally {
      setBusy(false);
    }
  });

  return (
    <Outside title={t("join")} about={t("joinAbout")} fault={fault}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label={t("name")} autoComplete="name" {...form.getInputProps("name")} />
          <PasswordInput
            label={t("newPassword")}
            description={t("longer", { n: LETTERS_LEAST })}
            autoComplete="new-password"
            required
            visibilityToggleButtonProps={{ "aria-label": t("show") }}
            {...form.getInputProps("password")}
          />
          <Button type="submit" loading={busy} fullWidth mt={4}>
            {t("join")}
          </Button>
        </Stack>
      </form>
    </Outside>
  );
}
