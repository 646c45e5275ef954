/** Somebody of the team in a dialogue: name, role, and rights where they differ from the role's. */
import { Button, Collapse, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFaultWords } from "~/kit/Fault";
import { Note } from "~/kit/Note";
import { type Own, Rights, ROLES, type Role } from "./Rights";

export interface Fields {
  name: string;
  role: Role;
  rights: Own;
}

interface MemberModalProps {
  title: string;
  fields: Fields;
  onChange: (fields: Fields) => void;
  /** What comes before the name. */
  first?: ReactNode;
  /** What can be done with them beside it. */
  under?: ReactNode;
  action: string;
  complete?: boolean;
  busy: boolean;
  fault: unknown;
  onSubmit: () => void;
  onClose: () => void;
}

export function MemberModal(props: MemberModalProps) {
  const { title, fields, onChange, first, under, action, complete = true, busy, onClose } = props;
  const { t } = useTranslation(["settings", "app", "kit"]);
  const words = useFaultWords();
  const [own, { toggle }] = useDisclosure(Object.keys(fields.rights).length > 0);
  const fault = props.fault ? words(props.fault) : null;
  const { name, role, rights } = fields;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={title}
      closeButtonProps={{ "aria-label": t("kit:close") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onSubmit();
        }}
      >
        <Stack gap={14}>
          {first}
          <TextInput
            label={t("team.name")}
            value={name}
            maxLength={100}
            onChange={(event) => onChange({ ...fields, name: event.currentTarget.value })}
          />
          <Select
            label={t("team.role")}
            description={t(`team.roleAbout.${role}`)}
            data={ROLES.map((one) => ({ value: one, label: t(`app:role.${one}`) }))}
            value={role}
            allowDeselect={false}
            onChange={(next) =>
              onChange({ ...fields, role: ROLES.find((one) => one === next) ?? role })
            }
          />
          <Button variant="subtle" size="xs" px={8} onClick={toggle} aria-expanded={own}>
            {t("team.otherwise")}
          </Button>
          <Collapse expanded={own}>
            <Rights own={rights} onChange={(next) => onChange({ ...fields, rights: next })} />
          </Collapse>
          {fault ? (
            <Note tone="bad" title={fault.what}>
              {fault.fix}
            </Note>
          ) : null}
          <Group justify="flex-end">
            <Button type="submit" loading={busy} disabled={!complete}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
      {under}
    </Modal>
  );
}
