/** Logging in: address, password and, where it is asked for, a code of the app. */
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { Problem } from "~/api/client";
import { logIn } from "~/app/session";
import { Outside } from "./Outside";

/** Where to go on: a place of ours alone. */
export function wayBack(wished: string | null): string {
  return wished?.startsWith("/") && !wished.startsWith("//") && !wished.includes("\\")
    ? wished
    : "/";
}

export function Component() {
  const { t } = useTranslation("login");
  const go = useNavigate();
  const [search] = useSearchParams();
  const [asksCode, askCode] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({ initialValues: { email: "", password: "", code: "" } });

  const submit = form.onSubmit(async ({ email, password, code }) => {
    setBusy(true);
    setFault(null);
    try {
      await logIn(email.trim(), password, code.trim());
      await go(wayBack(search.get("back")), { replace: true });
    } catch (refused) {
      if (refused instanceof Problem && refused.where === "code" && !asksCode) {
        askCode(true);
      } else {
        setFault(refused);
      }
    } finally {
      setBusy(false);
    }
  });

  return (
    <Outside title={t("logIn")} fault={fault}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={t("email")}
            type="email"
            autoComplete="username"
            required
            data-autofocus
            {...form.getInputProps("email")}
          />
          <PasswordInput
            label={t("password")}
            autoComplete="current-password"
            required
            visibilityToggleButtonProps={{ "aria-label": t("show") }}
            {...form.getInputProps("password")}
          />
          {asksCode ? (
            <TextInput
              label={t("code")}
              description={t("codeAbout")}
              inputMode="numeric"
              autoComplete="one-time-code"
              required
              autoFocus
              {...form.getInputProps("code")}
            />
          ) : null}
          <Button type="submit" loading={busy} fullWidth mt={4}>
            {t("logIn")}
          </Button>
        </Stack>
      </form>
    </Outside>
  );
}
