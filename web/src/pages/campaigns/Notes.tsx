/** What colleagues wrote about a campaign, and a word of one's own. */
import { Button, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { ago } from "~/app/format";
import { useKept } from "~/app/kept";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { useSayFault } from "~/kit/Refused";
import styles from "./campaigns.module.css";

export function Notes({ name }: { name: string }) {
  const { t } = useTranslation("campaigns");
  const [begun, write] = useKept<string>(`campaign-note-${name}`);
  const text = begun ?? "";
  const may = useMay("content");
  const onError = useSayFault();
  const params = { path: { name } };
  const notes = useQuery({
    queryKey: ["campaigns", "notes", name],
    queryFn: () => body(api.GET("/api/campaigns/{name}/notes", { params })),
  });
  const noting = useMutation({
    mutationFn: () => body(api.POST("/api/campaigns/{name}/notes", { params, body: { text } })),
    onSuccess: async () => {
      write(null);
      await notes.refetch();
    },
    onError,
  });
  const found = notes.data?.items ?? [];
  return (
    <Card title={t("notes.title")} about={found.length ? null : t("notes.about")}>
      <ul className={styles.problems}>
        {found.map((one) => (
          <li key={one.number}>
            <div>
              {one.text}
              <p className={styles.muted}>
                {one.actor} · {ago(one.at)}
              </p>
            </div>
          </li>
        ))}
      </ul>
      {may ? (
        <>
          <Textarea
            mt={found.length ? 12 : 0}
            aria-label={t("notes.write")}
            placeholder={t("notes.write")}
            autosize
            minRows={2}
            maxLength={4000}
            value={text}
            onChange={(event) => write(event.currentTarget.value || null)}
          />
          <Button
            mt={8}
            variant="default"
            disabled={text.trim() === ""}
            loading={noting.isPending}
            onClick={() => noting.mutate()}
          >
            {t("notes.add")}
          </Button>
        </>
      ) : null}
    </Card>
  );
}
