/** Entering by a link that is good once: the page asks, so that no mere look uses it up. */
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { enter } from "~/app/session";
import { Loading } from "~/kit/Loading";
import { Outside } from "./Outside";

export function Component() {
  const { t } = useTranslation("login");
  const go = useNavigate();
  const [search] = useSearchParams();
  const token = search.get("token") ?? "";
  const { mutate, error } = useMutation({
    mutationFn: enter,
    onSuccess: () => go("/", { replace: true }),
  });
  useEffect(() => {
    mutate(token);
  }, [mutate, token]);
  return (
    <Outside title={t("enter")} fault={error}>
      {error ? (
        <Button component={Link} to="/login" fullWidth>
          {t("logIn")}
        </Button>
      ) : (
        <Loading rows={2} />
      )}
    </Outside>
  );
}
