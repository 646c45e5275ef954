/** Where everybody has to have a second factor: set up before anything else. */
import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Navigate } from "react-router";
import { logOut, sessionQuery } from "~/app/session";
import { SetUp } from "~/pages/settings/Factor";
import { Outside } from "./Outside";

export function Component() {
  const { t } = useTranslation("login");
  const { data: member, isPending } = useQuery(sessionQuery);
  if (isPending) {
    return null;
  }
  if (!member?.factor_due) {
    return <Navigate to="/" replace />;
  }
  return (
    <Outside title={t("factor")} about={t("factorAbout")} wide>
      <SetUp />
      <Group mt={8}>
        <Button variant="default" onClick={() => logOut()}>
          {t("leave")}
        </Button>
      </Group>
    </Outside>
  );
}
