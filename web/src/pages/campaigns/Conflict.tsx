/** Somebody else has changed the campaign meanwhile: whose words hold is asked. */
import { Alert, Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Writing } from "./draft";

export function Conflict({ writing }: { writing: Writing }) {
  const { t } = useTranslation("campaigns");
  const { saving, stored, drop } = writing;
  return (
    <Alert color="yellow" title={t("conflict.title")}>
      <Text mb={12}>{t("conflict.about")}</Text>
      <Group gap={8}>
        <Button
          variant="default"
          onClick={async () => {
            await stored.refetch();
            drop();
            saving.reset();
          }}
        >
          {t("conflict.theirs")}
        </Button>
        <Button onClick={() => saving.mutate(true)} loading={saving.isPending}>
          {t("conflict.mine")}
        </Button>
      </Group>
    </Alert>
  );
}
