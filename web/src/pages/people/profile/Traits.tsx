/** What is known about a person: each value, who said so, how long ago; put right by hand. */
import { ActionIcon, Group, NumberInput, Select, Text, TextInput, Tooltip } from "@mantine/core";
import { type Icon, IconPencil, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { ago, moment, share } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Confirm } from "~/kit/Confirm";
import { Empty } from "~/kit/Empty";
import { FormDialogue } from "~/kit/FormDialogue";
import { Pill } from "~/kit/Pill";
import { type Column, Table } from "~/kit/Table";
import type { Person } from "../person";
import { useNames, useTraitName, useValue } from "../words";
import { useChange } from "./changing";
import styles from "./profile.module.css";

type Trait = Schemas["TraitShown"];

/** People are recognised by these: they are not changed by hand. */
const RECOGNISED_BY = ["email", "phone"];

export function Traits({ person }: { person: Person }) {
  const { t } = useTranslation("people");
  const traitName = useTraitName();
  const say = useValue();
  const may = useMay("people");
  const [edited, edit] = useState<Trait | null>(null);
  const [leaving, leave] = useState<Trait | null>(null);
  const { pid } = person;
  const forget = useChange({
    pid,
    act: (name: string) =>
      body(api.DELETE("/api/people/{pid}/traits/{name}", { params: { path: { pid, name } } })),
    said: (name) => t("traits.gone", { name: traitName(name) }),
    after: () => leave(null),
  });
  const columns: Column<Trait>[] = [
    { key: "name", label: t("traits.name"), show: (one) => traitName(one.name) },
    {
      key: "value",
      label: t("traits.value"),
      show: (one) => (
        <Group gap={8}>
          <span>{say(one.value)}</span>
          {one.expired ? <Pill tone="warn">{t("traits.expired")}</Pill> : null}
          {one.privacy === "sensitive" ? <Pill tone="bad">{t("traits.sensitive")}</Pill> : null}
        </Group>
      ),
    },
    {
      key: "source",
      label: t("traits.source"),
      show: (one) => <Source trait={one} />,
      wide: true,
    },
    {
      key: "at",
      label: t("traits.age"),
      show: (one) => <time title={moment(one.at)}>{ago(one.at)}</time>,
      wide: true,
    },
  ];
  const buttons: Column<Trait> = {
    key: "change",
    label: t("actions"),
    quiet: true,
    width: 84,
    show: (one) =>
      RECOGNISED_BY.includes(one.name) ? null : (
        <Change trait={one} onEdit={() => edit(one)} onForget={() => leave(one)} />
      ),
  };
  return (
    <Card flush>
      <Table
        label={t("tab.traits")}
        columns={may ? [...columns, buttons] : columns}
        rows={person.traits}
        id={(one) => one.name}
        empty={<Empty title={t("traits.empty")}>{t("traits.emptyFix")}</Empty>}
      />
      {edited ? (
        <Edit key={edited.name} pid={pid} trait={edited} onClose={() => edit(null)} />
      ) : null}
      <Confirm
        opened={leaving !== null}
        title={t("traits.forget", { name: traitName(leaving?.name ?? "") })}
        action={t("traits.forgetIt")}
        busy={forget.isPending}
        onClose={() => leave(null)}
        onConfirm={() => leaving && forget.mutate(leaving.name)}
      >
        {t("traits.forgetAbout")}
      </Confirm>
    </Card>
  );
}

function Source({ trait }: { trait: Trait }) {
  const { t } = useTranslation("people");
  const said = t(`source.${trait.source}`);
  return trait.confidence < 1
    ? t("traits.sure", { source: said, share: share(trait.confidence, 0) })
    : said;
}

interface ChangeProps {
  trait: Trait;
  onEdit: () => void;
  onForget: () => void;
}

function Change({ trait, onEdit, onForget }: ChangeProps) {
  const { t } = useTranslation("people");
  const name = useTraitName()(trait.name);
  const simple = typeof trait.value !== "object";
  return (
    <Group gap={2} wrap="nowrap" justify="flex-end">
      {simple ? (
        <Small label={t("traits.edit", { name })} icon={IconPencil} onClick={onEdit} />
      ) : null}
      <Small label={t("traits.forget", { name })} icon={IconTrash} onClick={onForget} />
    </Group>
  );
}

interface SmallProps {
  label: string;
  icon: Icon;
  onClick: () => void;
}

function Small({ label, icon: Drawn, onClick }: SmallProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" onClick={onClick} aria-label={label}>
        <Drawn size={16} />
      </ActionIcon>
    </Tooltip>
  );
}

interface EditProps {
  pid: number;
  trait: Trait;
  onClose: () => void;
}

function Edit({ pid, trait, onClose }: EditProps) {
  const { t } = useTranslation("people");
  const name = useTraitName()(trait.name);
  const kind = useNames()?.traits.find((one) => one.name === trait.name)?.type;
  const [value, setValue] = useState(trait.value as string | number | boolean);
  const tell = useChange({
    pid,
    act: () =>
      body(
        api.PUT("/api/people/{pid}/traits/{name}", {
          params: { path: { pid, name: trait.name } },
          body: { value },
        }),
      ),
    said: () => t("traits.told", { name }),
    after: onClose,
  });
  return (
    <FormDialogue
      title={name}
      action={t("save")}
      complete={value !== ""}
      busy={tell.isPending}
      onSubmit={() => tell.mutate(undefined)}
      onClose={onClose}
    >
      <Text className={styles.quiet}>{t("traits.tellAbout")}</Text>
      <ValueInput label={name} kind={kind} value={value} onChange={setValue} />
    </FormDialogue>
  );
}

interface ValueInputProps {
  label: string;
  kind: string | undefined;
  value: string | number | boolean;
  onChange: (value: string | number | boolean) => void;
}

function ValueInput({ label, kind, value, onChange }: ValueInputProps) {
  const { t } = useTranslation("people");
  if (typeof value === "boolean") {
    const data = ["yes", "no"].map((one) => ({ value: one, label: t(one) }));
    return (
      <Select
        label={label}
        data={data}
        value={value ? "yes" : "no"}
        allowDeselect={false}
        onChange={(chosen) => onChange(chosen === "yes")}
      />
    );
  }
  if (kind === "number" || typeof value === "number") {
    return (
      <NumberInput label={label} value={value} onChange={onChange} hideControls data-autofocus />
    );
  }
  return (
    <TextInput
      label={label}
      type={kind === "date" ? "date" : "text"}
      value={value}
      data-autofocus
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
