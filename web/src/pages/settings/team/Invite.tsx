/** Somebody is put on the team: an address, and the link with which they come in. */
import { Button, Modal, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { useChange } from "../changing";
import { Invitation } from "./Invitation";
import { type Fields, MemberModal } from "./MemberModal";

const NEW: Fields = { name: "", role: "marketer", rights: {} };

export function Invite({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(["settings", "kit"]);
  const [email, setEmail] = useState("");
  const [fields, setFields] = useState(NEW);
  const invite = useChange({
    of: "team",
    quiet: true,
    act: () => body(api.POST("/api/team", { body: { email, ...fields } })),
  });
  return invite.data ? (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t("team.invite")}
      closeButtonProps={{ "aria-label": t("kit:close") }}
    >
      <Stack gap={14}>
        <Invitation token={invite.data.token} />
        <Button onClick={onClose}>{t("team.sent")}</Button>
      </Stack>
    </Modal>
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
      fault={invite.error}
      onSubmit={() => invite.mutate(null)}
      onClose={onClose}
    />
  );
}
