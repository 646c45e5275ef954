/** A copy under a name of its own; its people are drawn anew. */
import { Button, Checkbox, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, body } from "~/api/client";
import { idOf } from "~/app/ids";
import { useSayFault } from "./changing";
import { campaignsChanged } from "./data";

interface CopyDialogueProps {
  of: { id: string; name: string };
  onClose: () => void;
}

export function CopyDialogue({ of, onClose }: CopyDialogueProps) {
  const { t } = useTranslation("campaigns");
  const go = useNavigate();
  const onError = useSayFault();
  const [name, setName] = useState(t("copy.of", { name: of.name }));
  const [texts, setTexts] = useState(true);
  const id = idOf(name) || `${of.id}-2`;
  const copying = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/campaigns/{name}/clone", {
          params: { path: { name: of.id } },
          body: { id, name, texts },
        }),
      ),
    onSuccess: async () => {
      onClose();
      await campaignsChanged();
      go(`/campaigns/${id}/edit`);
    },
    onError,
  });
  return (
    <Modal opened onClose={onClose} title={t("copy.title")}>
      <Stack gap={12}>
        <TextInput
          label={t("who.name")}
          value={name}
          maxLength={200}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Checkbox
          label={t("copy.texts")}
          description={t("copy.textsAbout")}
          checked={texts}
          onChange={(event) => setTexts(event.currentTarget.checked)}
        />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onClose}>
            {t("cancel")}
          </Button>
          <Button loading={copying.isPending} onClick={() => copying.mutate()}>
            {t("act.copy")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
