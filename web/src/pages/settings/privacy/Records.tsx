/** What an authority asks for: the record of processing, the ledger of consents, a message's proof. */
import { Button, Group, Stack, TextInput } from "@mantine/core";
import i18next from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Card } from "~/kit/Card";

export function Records() {
  const { t } = useTranslation("settings_data");
  const [message, setMessage] = useState("");
  const query = `form=html&language=${i18next.language}`;
  return (
    <Stack gap={16}>
      <Card title={t("records.record")} about={t("records.recordAbout")}>
        <Button
          variant="default"
          component="a"
          href={`/api/law/record?${query}`}
          target="_blank"
          rel="noopener"
        >
          {t("records.open")}
        </Button>
      </Card>
      <Card title={t("records.ledger")} about={t("records.ledgerAbout")}>
        <Button variant="default" component={Link} to="/settings/exports">
          {t("records.toExports")}
        </Button>
      </Card>
      <Card title={t("records.proof")} about={t("records.proofAbout")}>
        <Group gap={8} align="end">
          <TextInput
            label={t("records.message")}
            value={message}
            placeholder="85c45495a0f5bd0de4b4b1a2a5e3ee1d"
            w={330}
            maw="100%"
            onChange={(event) => setMessage(event.currentTarget.value.trim())}
          />
          <Button
            variant="default"
            disabled={!/^[0-9a-f]{16,64}$/.test(message)}
            onClick={() => {
              const proof = `/api/law/proof/${encodeURIComponent(message)}?${query}`;
              window.open(proof, "_blank", "noopener");
            }}
          >
            {t("records.open")}
          </Button>
        </Group>
      </Card>
    </Stack>
  );
}
