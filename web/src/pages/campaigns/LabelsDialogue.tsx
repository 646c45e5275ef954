/** The labels of a campaign. */
import { TagsInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { FormDialogue } from "~/kit/FormDialogue";
import { useSayFault } from "~/kit/Refused";
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
    <FormDialogue
      title={t("act.labels")}
      action={t("keep")}
      busy={labelling.isPending}
      onSubmit={() => labelling.mutate()}
      onClose={onClose}
    >
      <TagsInput
        label={t("act.labels")}
        description={t("labelsAbout")}
        value={wanted}
        onChange={want}
        data-autofocus
      />
    </FormDialogue>
  );
}
