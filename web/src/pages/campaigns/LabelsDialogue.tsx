/** The labels of a campaign. */
import { Button, Group, Modal, TagsInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { useSayFault } from "./changing";
import { campaignsChanged } from "./data";

interface LabelsDialogueProps {
  name: string;
  labels: readonly string[];
  onClose: () => void;
}

export function LabelsDialogue({ name, labels, onClose }: LabelsDialogueProps) {
  const { t } = useTranslation("campaigns");
  const onError = useSayFault();
  const [wanted, want] = useState([...labels]);
  const labelling = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/campaigns/{name}/labels", {
          params: { path: { name } },
          body: {
            add: wanted.filter((one) => !labels.includes(one)),
            remove: labels.filter((one) => !wanted.includes(one)),
          },
        }),
      ),
    onSuccess: async () => {
      onClose();
      await campaignsChanged();
    },
    onError,
  });
  return (
    <Modal opened onClose={onClose} title={t("act.labels")}>
      <TagsInput
        label={t("act.labels")}
        description={t("labelsAbout")}
        value={wanted}
        onChange={want}
        data-autofocus
      />
      <Group justify="flex-end" gap={8} mt={20}>
        <Button variant="default" onClick={onClose}>
          {t("cancel")}
        </Button>
        <Button loading={labelling.isPending} onClick={() => labelling.mutate()}>
          {t("keep")}
        </Button>
      </Group>
    </Modal>
  );
}
