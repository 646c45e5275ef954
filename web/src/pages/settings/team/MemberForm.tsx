/** Somebody of the team: their role and rights, a new link to come in, an end to it. */
import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { useMember } from "~/app/session";
import { Confirm } from "~/kit/Confirm";
import { useFaultWords } from "~/kit/Fault";
import { Note } from "~/kit/Note";
import { useChange } from "../changing";
import styles from "../settings.module.css";
import { Invitation } from "./Invitation";
import { AREAS, type Own, Rights, ROLES, type Role } from "./Rights";

type Member = Schemas["MemberShown"];

/** What each role may, as `runtime/access.py` grants it. */
const GRANTED: Record<Role, Own> = {
  owner: Object.fromEntries(AREAS.map((area) => [area, 2])),
  engineer: { ...Object.fromEntries(AREAS.map((area) => [area, 2])), team: 1 },
  marketer: {
    reports: 2,
    people: 1,
    content: 2,
    sending: 2,
    conversations: 2,
    shop: 2,
    data: 1,
    settings: 1,
  },
  operator: { people: 1, conversations: 2, shop: 1 },
  analyst: { reports: 1, content: 1, shop: 1 },
};

/** The rights that differ from the role's. */
function ownOf(member: Member): Own {
  const granted = GRANTED[member.role];
  const differing = AREAS.filter((area) => (member.rights[area] ?? 0) !== (granted[area] ?? 0));
  return Object.fromEntries(differing.map((area) => [area, member.rights[area] ?? 0]));
}

export function MemberForm({ of, onClose }: { of: Member; onClose: () => void }) {
  const { t } = useTranslation(["settings", "app", "kit"]);
  const words = useFaultWords();
  const [name, setName] = useState(of.name);
  const [role, setRole] = useState<Role>(of.role);
  const [rights, setRights] = useState<Own>(ownOf(of));
  const path = { number: of.id };
  const save = useChange({
    of: "team",
    quiet: true,
    act: () =>
      body(api.PATCH("/api/team/{number}", { params: { path }, body: { name, role, rights } })),
    said: () => t("saved"),
    after: onClose,
  });
  const fault = save.error ? words(save.error) : null;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={of.email}
      closeButtonProps={{ "aria-label": t("kit:close") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(null);
        }}
      >
        <Stack gap={14}>
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
            onChange={(next) => setRole(ROLES.find((one) => one === next) ?? of.role)}
          />
          <div>
            <h3 style={{ marginBottom: 8 }}>{t("team.rights")}</h3>
            <Rights own={rights} onChange={setRights} />
          </div>
          {fault ? (
            <Note tone="bad" title={fault.what}>
              {fault.fix}
            </Note>
          ) : null}
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending}>
              {t("save")}
            </Button>
          </Group>
        </Stack>
      </form>
      <Ends of={of} onClose={onClose} />
    </Modal>
  );
}

function Ends({ of, onClose }: { of: Member; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const me = useMember();
  const [asked, ask] = useState(false);
  const path = { number: of.id };
  const again = useChange({
    of: "team",
    act: () => body(api.POST("/api/team/{number}/invitation", { params: { path } })),
  });
  const off = useChange({
    of: "team",
    act: (next: boolean) =>
      body(api.PATCH("/api/team/{number}", { params: { path }, body: { off: next } })),
    said: (next) => t(next ? "team.isOff" : "team.isOn", { email: of.email }),
    undo: { label: t("undo"), act: (next) => off.mutate(!next) },
  });
  const factor = useChange({
    of: "team",
    act: () => api.DELETE("/api/team/{number}/second-factor", { params: { path } }),
    said: () => t("team.factorDropped"),
  });
  const remove = useChange({
    of: "team",
    act: () => api.DELETE("/api/team/{number}", { params: { path } }),
    said: () => t("team.removed", { email: of.email }),
    after: onClose,
  });
  return (
    <div className={styles.under}>
      {again.data ? <Invitation token={again.data.token} /> : null}
      <Group gap={8}>
        <Button variant="default" loading={again.isPending} onClick={() => again.mutate(null)}>
          {t("team.again")}
        </Button>
        {of.second_factor ? (
          <Button variant="default" loading={factor.isPending} onClick={() => factor.mutate(null)}>
            {t("team.dropFactor")}
          </Button>
        ) : null}
        {of.id === me.id ? null : (
          <>
            <Button
              variant="default"
              loading={off.isPending}
              onClick={() => off.mutate(of.state !== "off")}
            >
              {t(of.state === "off" ? "team.letIn" : "team.lock")}
            </Button>
            <Button variant="default" c="var(--bad)" onClick={() => ask(true)}>
              {t("team.remove")}
            </Button>
          </>
        )}
      </Group>
      <Confirm
        opened={asked}
        title={t("team.removeAsk", { email: of.email })}
        action={t("team.remove")}
        busy={remove.isPending}
        onClose={() => ask(false)}
        onConfirm={() => remove.mutate(null)}
      >
        {t("team.removeAbout")}
      </Confirm>
    </div>
  );
}
