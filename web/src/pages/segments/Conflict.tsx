/** Somebody else has changed the segment meanwhile: what, and whose words hold. */
import { Alert, Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { definitionQuery, type Writing } from "./draft";
import { Changes } from "./History";

interface ConflictProps {
  name: string;
  writing: Writing;
}

export function Conflict({ name, writing }: ConflictProps) {
  const { t } = useTranslation("segments");
  const { base, saving, drop } = writing;
  const latest = useQuery({ ...definitionQuery(name), staleTime: 0 }).data?.version ?? base;
  return (
    <Alert color="yellow" title={t("conflict.title")}>
      <p>{t("conflict.about")}</p>
      {latest > base && base > 0 ? <Changes name={name} old={base} latest={latest} /> : null}
      <Group gap={8} mt={12}>
        <Button
          variant="default"
          onClick={() => {
            drop();
            saving.reset();
          }}
        >
          {t("conflict.theirs")}
        </Button>
        <Button onClick={() => saving.mutate(latest)} loading={saving.isPending}>
          {t("conflict.mine")}
        </Button>
      </Group>
    </Alert>
  );
}
