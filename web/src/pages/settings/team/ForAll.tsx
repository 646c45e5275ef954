/** Whether everybody who works here has to have a second factor. */
import { Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { useChange } from "../changing";

export function ForAll({ of, may }: { of: Schemas["TeamRules"]; may: boolean }) {
  const { t } = useTranslation("settings");
  const { second_factor: own } = useMember();
  const require = useChange({
    of: "team",
    act: (required: boolean) => body(api.PUT("/api/team/second-factor", { body: { required } })),
    said: () => t("saved"),
    undo: { label: t("undo"), act: (required) => require.mutate(!required) },
  });
  return (
    <Card title={t("team.forAll")} about={t("team.forAllAbout")}>
      <Switch
        label={t("team.must")}
        description={may && !own && !of.second_factor ? t("team.ownFirst") : undefined}
        checked={require.isPending ? require.variables : of.second_factor}
        disabled={!may || (!own && !of.second_factor)}
        onChange={(event) => require.mutate(event.currentTarget.checked)}
      />
    </Card>
  );
}
