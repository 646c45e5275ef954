/** Why what is written was not kept: it was refused, its name is taken, or others were quicker. */
import { Alert, Anchor, Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { definitionQuery, type Writing } from "~/app/writing";
import { Changes } from "./Changes";
import { Refused } from "./Refused";

export function NotKept<T extends { id: string }>({ writing }: { writing: Writing<T> }) {
  const { kind, taken, conflict, saving } = writing;
  const { t } = useTranslation("kit");
  if (taken) {
    return (
      <Alert color="yellow" role="alert" title={t("conflict.taken")}>
        {t("conflict.takenFix")}{" "}
        <Anchor component={Link} to={`/${kind}s/${encodeURIComponent(taken)}`}>
          {taken}
        </Anchor>
      </Alert>
    );
  }
  return conflict ? <Meanwhile writing={writing} /> : <Refused of={saving.error} />;
}

/** Somebody else has kept it meanwhile: what they did, and whose words hold. */
function Meanwhile<T extends { id: string }>({ writing }: { writing: Writing<T> }) {
  const { t } = useTranslation("kit");
  const { kind, name, base, saving, drop } = writing;
  const asked = useQuery({ ...definitionQuery(kind, name), staleTime: 0 });
  const latest = asked.isError ? null : (asked.data?.version ?? base);
  return (
    <Alert color="yellow" role="alert" title={t("conflict.title")}>
      <p>{t("conflict.about")}</p>
      {latest !== null && latest > base && base > 0 ? (
        <Changes kind={kind} name={name} old={base} latest={latest} />
      ) : null}
      <Group gap={8} mt={12}>
        <Button variant="default" disabled={asked.isFetching} onClick={drop}>
          {t("conflict.theirs")}
        </Button>
        <Button
          disabled={asked.isFetching}
          loading={saving.isPending}
          onClick={() => saving.mutate({ over: latest })}
        >
          {t("conflict.mine")}
        </Button>
      </Group>
    </Alert>
  );
}
