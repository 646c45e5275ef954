/** A copy under a name of its own; its people are drawn anew. */
import { Checkbox, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, body } from "~/api/client";
import { idOf } from "~/app/ids";
import { FormDialogue } from "~/kit/FormDialogue";
import { useSayFault } from "~/kit/Refused";
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
    <FormDialogue
      title={t("copy.title")}
      action={t("act.copy")}
      busy={copying.isPending}
      onSubmit={() => copying.mutate()}
      onClose={onClose}
    >
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
    </FormDialogue>
  );
}
