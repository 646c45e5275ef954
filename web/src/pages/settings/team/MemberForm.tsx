/** Somebody of the team: their role and rights, a new link to come in, an end to it. */
import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { useMember } from "~/app/session";
import { Confirm } from "~/kit/Confirm";
import { useChange } from "../changing";
import styles from "../settings.module.css";
import { Invitation } from "./Invitation";
import { type Fields, MemberModal } from "./MemberModal";
import { AREAS, type Own } from "./Rights";

type Member = Schemas["MemberShown"];
type Roles = Schemas["TeamRules"]["roles"];

/** The rights that differ from the role's. */
function ownOf(member: Member, roles: Roles): Own {
  const granted = roles[member.role] ?? {};
  const differing = AREAS.filter((area) => (member.rights[area] ?? 0) !== (granted[area] ?? 0));
  return Object.fromEntries(differing.map((area) => [area, member.rights[area] ?? 0]));
}

interface MemberFormProps {
  of: Member;
  roles: Roles;
  onClose: () => void;
}

export function MemberForm({ of, roles, onClose }: MemberFormProps) {
  const { t } = useTranslation("settings");
  const [fields, setFields] = useState<Fields>({
    name: of.name,
    role: of.role,
    rights: ownOf(of, roles),
  });
  const save = useChange({
    of: "team",
    quiet: true,
    act: () =>
      body(api.PATCH("/api/team/{number}", { params: { path: { number: of.id } }, body: fields })),
    said: () => t("saved"),
    after: onClose,
  });
  return (
    <MemberModal
      title={of.email}
      fields={fields}
      onChange={setFields}
      under={<Ends of={of} onClose={onClose} />}
      action={t("save")}
      busy={save.isPending}
      refused={save.error}
      onSubmit={() => save.mutate(null)}
      onClose={onClose}
    />
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
