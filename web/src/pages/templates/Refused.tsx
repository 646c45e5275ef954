/** What the server does not take of the text, and what to do when somebody else has changed it. */
import { Alert, Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFaultWords } from "~/kit/Fault";
import type { Draft } from "./draft";

export function Refused({ draft, check }: { draft: Draft; check: Error | null }) {
  const { t } = useTranslation("templates");
  const words = useFaultWords();
  const { saving, stored, drop, conflict } = draft;
  if (conflict) {
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
          <Button onClick={() => saving.mutate({ id: draft.template.id, over: true })}>
            {t("conflict.mine")}
          </Button>
        </Group>
      </Alert>
    );
  }
  const fault = saving.error ?? check;
  if (!fault || !draft.written) {
    return null;
  }
  const { what, fix } = words(fault);
  return (
    <Alert color="red" role={saving.error ? "alert" : "status"} title={what}>
      {fix}
    </Alert>
  );
}
