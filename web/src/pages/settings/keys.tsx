/** Keys with which programs come in: made, shown once, and taken back. */
import { Button, Select, Stack, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { useAsked } from "~/app/asked";
import { day } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Confirm } from "~/kit/Confirm";
import { Copied } from "~/kit/Copied";
import { Dialogue } from "~/kit/Dialogue";
import { Empty } from "~/kit/Empty";
import { FormDialogue } from "~/kit/FormDialogue";
import { Note } from "~/kit/Note";
import { Pill } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import { SMALL } from "~/kit/small";
import { Table } from "~/kit/Table";
import { useChange } from "./changing";
import { useKeys } from "./data";
import { SettingsPage } from "./SettingsPage";

type Key = Schemas["KeyShown"];
type Kind = Schemas["KeyAsked"]["kind"];
const KINDS: readonly Kind[] = ["server", "browser", "admin"];

export function Component() {
  const { t } = useTranslation("settings");
  const may = useMay("settings");
  const [making, { open, close }] = useAsked();
  const [revoking, revoke] = useState<Key | null>(null);
  const query = useKeys();
  const drop = useChange({
    of: "keys",
    act: (key: Key) => api.DELETE("/api/keys/{number}", { params: { path: { number: key.id } } }),
    said: (key) => t("keys.revoked", { name: key.name }),
    after: () => revoke(null),
  });
  const make = (
    <Button leftSection={<IconPlus size={16} />} onClick={open}>
      {t("keys.make")}
    </Button>
  );
  return (
    <SettingsPage part="keys" actions={may ? make : null} ready={query.isSuccess}>
      <Card flush>
        <Query of={query}>
          {({ items }) => (
            <Table
              label={t("part.keys")}
              rows={[...items].sort(
                (one, other) => Number(!!one.revoked) - Number(!!other.revoked),
              )}
              id={(row) => row.id}
              columns={[
                { key: "name", label: t("keys.name"), show: (row) => row.name },
                { key: "kind", label: t("keys.for"), show: (row) => t(`keys.kind.${row.kind}`) },
                {
                  key: "created",
                  label: t("keys.created"),
                  show: (row) => day(row.created),
                  wide: true,
                },
                {
                  key: "end",
                  label: t("actions"),
                  width: 130,
                  show: (row) =>
                    row.revoked ? (
                      <Pill>{t("keys.gone", { day: day(row.revoked) })}</Pill>
                    ) : may ? (
                      <Button {...SMALL} variant="default" onClick={() => revoke(row)}>
                        {t("keys.revoke")}
                      </Button>
                    ) : null,
                },
              ]}
              empty={
                <Empty title={t("keys.none")} action={may ? make : null}>
                  {t("about.keys")}
                </Empty>
              }
            />
          )}
        </Query>
      </Card>
      <Make opened={making && may} onClose={close} />
      <Confirm
        opened={revoking !== null}
        title={t("keys.ask", { name: revoking?.name })}
        action={t("keys.revoke")}
        busy={drop.isPending}
        onClose={() => revoke(null)}
        onConfirm={() => revoking && drop.mutate(revoking)}
      >
        {t("keys.askAbout")}
      </Confirm>
    </SettingsPage>
  );
}

function Make({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Kind>("server");
  const make = useChange({
    of: "keys",
    act: () => body(api.POST("/api/keys", { body: { kind, name: name.trim() } })),
  });
  const close = () => {
    make.reset();
    setName("");
    onClose();
  };
  if (make.data) {
    return (
      <Dialogue opened={opened} onClose={close} title={t("keys.make")}>
        <Stack gap={14}>
          <Note title={t("keys.once")}>{t("keys.onceAbout")}</Note>
          <Copied text={make.data.secret} label={t("keys.key")} />
          {make.data.signing_secret ? (
            <div>
              <p>{t("keys.signing")}</p>
              <Copied text={make.data.signing_secret} label={t("keys.signing")} />
            </div>
          ) : null}
          <Button onClick={close}>{t("keys.kept")}</Button>
        </Stack>
      </Dialogue>
    );
  }
  return (
    <FormDialogue
      opened={opened}
      action={t("keys.make")}
      complete={!!name.trim()}
      busy={make.isPending}
      onSubmit={() => make.mutate(null)}
      onClose={close}
    >
      <TextInput
        label={t("keys.name")}
        placeholder={t("keys.example")}
        value={name}
        maxLength={100}
        required
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label={t("keys.for")}
        description={t(`keys.kindAbout.${kind}`)}
        data={KINDS.map((one) => ({ value: one, label: t(`keys.kind.${one}`) }))}
        value={kind}
        allowDeselect={false}
        onChange={(next) => setKind(KINDS.find((one) => one === next) ?? "server")}
      />
    </FormDialogue>
  );
}
