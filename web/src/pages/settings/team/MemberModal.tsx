/** Somebody of the team in a dialogue: name, role, and rights where they differ from the role's. */
import { Button, Collapse, Select, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { FormDialogue, type FormDialogueProps } from "~/kit/FormDialogue";
import { type Own, Rights, ROLES, type Role } from "./Rights";

export interface Fields {
  name: string;
  role: Role;
  rights: Own;
}

interface MemberModalProps extends Omit<FormDialogueProps, "children"> {
  fields: Fields;
  onChange: (fields: Fields) => void;
  /** What comes before the name. */
  first?: ReactNode;
}

export function MemberModal(props: MemberModalProps) {
  const { fields, onChange, first, ...dialogue } = props;
  const { t } = useTranslation(["settings", "app"]);
  const [own, { toggle }] = useDisclosure(Object.keys(fields.rights).length > 0);
  const { name, role, rights } = fields;
  return (
    <FormDialogue size="lg" {...dialogue}>
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
      <Button variant="subtle" size="xs" px={8} mr="auto" onClick={toggle} aria-expanded={own}>
        {t("team.otherwise")}
      </Button>
      <Collapse expanded={own}>
        <Rights own={rights} onChange={(next) => onChange({ ...fields, rights: next })} />
      </Collapse>
    </FormDialogue>
  );
}
