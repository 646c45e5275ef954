/** Somebody is put on the team: an address, and the link with which they come in. */
import { Button, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { Dialogue } from "~/kit/Dialogue";
import { useChange } from "../changing";
import { Invitation } from "./Invitation";
import { type Fields, MemberModal } from "./MemberModal";

const NEW: Fields = { name: "", role: "marketer", rights: {} };

export function Invite({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("settings");
  const [email, setEmail] = useState("");
  const [fields, setFields] = useState(NEW);
  const invite = useChange({
    of: "team",
    quiet: true,
    act: () => body(api.POST("/api/team", { body: { email, ...fields } })),
  });
  return invite.data ? (
    <Dialogue opened onClose={onClose} size="lg" title={t("team.invite")}>
      <Stack gap={14}>
        <Invitation token={invite.data.token} />
        <Button onClick={onClose}>{t("team.sent")}</Button>
      </Stack>
    </Dialogue>
  ) : (
    <MemberModal
      title={t("team.invite")}
      fields={fields}
      onChange={setFields}
      first={
        <TextInput
          label={t("team.email")}
          type="email"
          required
          data-autofocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
      }
      action={t("team.invite")}
      complete={!!email.trim()}
      busy={invite.isPending}
      refused={invite.error}
      onSubmit={() => invite.mutate(null)}
      onClose={onClose}
    />
  );
}
