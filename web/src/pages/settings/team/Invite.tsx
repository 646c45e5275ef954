/** Somebody is put on the team: address, role, and rights where they differ from the role's. */
import { Button, Collapse, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { useFaultWords } from "~/kit/Fault";
import { Note } from "~/kit/Note";
import { useChange } from "../changing";
import { Invitation } from "./Invitation";
import { type Own, Rights, ROLES, type Role } from "./Rights";

export function Invite({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(["settings", "app", "kit"]);
  const words = useFaultWords();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("marketer");
  const [rights, setRights] = useState<Own>({});
  const [own, { toggle }] = useDisclosure(false);
  const invite = useChange({
    of: "team",
    quiet: true,
    act: () => body(api.POST("/api/team", { body: { email, name, role, rights } })),
  });
  const close = () => {
    invite.reset();
    setEmail("");
    setName("");
    setRights({});
    onClose();
  };
  const fault = invite.error ? words(invite.error) : null;
  return (
    <Modal
      opened={opened}
      onClose={close}
      size="lg"
      title={t("team.invite")}
      closeButtonProps={{ "aria-label": t("kit:close") }}
    >
      {invite.data ? (
        <Stack gap={14}>
          <Invitation token={invite.data.token} />
          <Button onClick={close}>{t("team.sent")}</Button>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            invite.mutate(null);
          }}
        >
          <Stack gap={14}>
            <TextInput
              label={t("team.email")}
              type="email"
              required
              data-autofocus
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <TextInput
              label={t("team.name")}
              value={name}
              maxLength={100}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Select
              label={t("team.role")}
              description={t(`team.roleAbout.${role}`)}
              data={ROLES.map((one) => ({ value: one, label: t(`app:role.${one}`) }))}
              value={role}
              allowDeselect={false}
              onChange={(next) => setRole(ROLES.find((one) => one === next) ?? "marketer")}
            />
            <Button variant="subtle" size="xs" px={8} onClick={toggle} aria-expanded={own}>
              {t("team.otherwise")}
            </Button>
            <Collapse expanded={own}>
              <Rights own={rights} onChange={setRights} />
            </Collapse>
            {fault ? (
              <Note tone="bad" title={fault.what}>
                {fault.fix}
              </Note>
            ) : null}
            <Group justify="flex-end">
              <Button type="submit" loading={invite.isPending} disabled={!email.trim()}>
                {t("team.invite")}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
