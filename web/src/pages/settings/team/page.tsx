/** Who works here: invited, given a role, let in no more. */
import { Button } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "~/api/client";
import { useAsked } from "~/app/asked";
import { ago } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Face } from "~/kit/Face";
import { Pill, type Tone } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import { SMALL } from "~/kit/small";
import { Table } from "~/kit/Table";
import { useTeam, useTeamRules } from "../data";
import { SettingsPage } from "../SettingsPage";
import styles from "../settings.module.css";
import { ForAll } from "./ForAll";
import { Invite } from "./Invite";
import { MemberForm } from "./MemberForm";

type Member = Schemas["MemberShown"];
const TONES: Record<string, Tone> = { active: "good", invited: "warn", off: "calm" };

export function Component() {
  const { t } = useTranslation(["settings", "app"]);
  const may = useMay("team");
  const query = useTeam();
  const rules = useTeamRules();
  const [inviting, { open, close }] = useAsked();
  const [chosen, choose] = useState<number | null>(null);
  const member = query.data?.items.find((one) => one.id === chosen);
  return (
    <SettingsPage
      part="team"
      ready={query.isSuccess && rules.isSuccess}
      actions={
        may ? (
          <Button leftSection={<IconUserPlus size={16} />} onClick={open}>
            {t("team.invite")}
          </Button>
        ) : null
      }
    >
      <Card flush>
        <Query of={query}>
          {({ items }) => (
            <Table<Member>
              label={t("part.team")}
              rows={items}
              id={(row) => row.id}
              columns={[
                { key: "who", label: t("team.who"), show: (row) => <Who of={row} /> },
                {
                  key: "role",
                  label: t("team.role"),
                  show: (row) => t(`app:role.${row.role}`),
                },
                {
                  key: "state",
                  label: t("team.state"),
                  wide: true,
                  show: (row) => (
                    <Pill tone={TONES[row.state] ?? "calm"}>{t(`team.is.${row.state}`)}</Pill>
                  ),
                },
                {
                  key: "factor",
                  label: t("team.factor"),
                  wide: true,
                  show: (row) => t(row.second_factor ? "team.on" : "team.offFactor"),
                },
                {
                  key: "seen",
                  label: t("team.seen"),
                  wide: true,
                  show: (row) => (row.seen ? ago(row.seen) : "–"),
                },
                {
                  key: "change",
                  label: t("actions"),
                  width: 110,
                  show: (row) =>
                    may ? (
                      <Button {...SMALL} variant="default" onClick={() => choose(row.id)}>
                        {t("change")}
                      </Button>
                    ) : null,
                },
              ]}
            />
          )}
        </Query>
      </Card>
      {rules.data ? <ForAll of={rules.data} may={may} /> : null}
      {inviting && may ? <Invite onClose={close} /> : null}
      {member && rules.data ? (
        <MemberForm
          key={member.id}
          of={member}
          roles={rules.data.roles}
          onClose={() => choose(null)}
        />
      ) : null}
    </SettingsPage>
  );
}

function Who({ of: { name, email } }: { of: Member }) {
  return (
    <div className={styles.who}>
      <Face name={name || email} size={28} />
      <div>
        <div>{name || email}</div>
        {name ? <div className={styles.quiet}>{email}</div> : null}
      </div>
    </div>
  );
}
