/** A person's browsers and phones that take notifications. */
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { ago } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Confirm } from "~/kit/Confirm";
import { Channel } from "~/kit/channels";
import { Empty } from "~/kit/Empty";
import { Pill } from "~/kit/Pill";
import { SMALL } from "~/kit/small";
import { type Column, Table } from "~/kit/Table";
import type { Person } from "../person";
import { useChange } from "./changing";

type Device = Schemas["DeviceShown"];

export function Devices({ person: { pid, devices } }: { person: Person }) {
  const { t } = useTranslation("people");
  const may = useMay("people");
  const [asked, ask] = useState<Device | null>(null);
  const turnOff = useChange({
    pid,
    act: (device: string) =>
      body(
        api.DELETE("/api/people/{pid}/devices/{device}", { params: { path: { pid, device } } }),
      ),
    said: () => t("devices.gone"),
    after: () => ask(null),
  });
  const columns: Column<Device>[] = [
    { key: "channel", label: t("filter.channel"), show: (one) => <Channel name={one.channel} /> },
    {
      key: "what",
      label: t("devices.what"),
      show: (one) => [one.platform, one.app, one.at].filter(Boolean).join(" · "),
    },
    { key: "seen", label: t("devices.seen"), show: (one) => ago(one.last_seen), wide: true },
    {
      key: "state",
      label: t("devices.state"),
      show: (one) =>
        one.off ? <Pill tone="warn">{t("devices.off")}</Pill> : <Pill>{t("devices.on")}</Pill>,
    },
  ];
  const button: Column<Device> = {
    key: "off",
    label: t("actions"),
    quiet: true,
    show: (one) =>
      one.off ? null : (
        <Button {...SMALL} variant="default" onClick={() => ask(one)}>
          {t("devices.turnOff")}
        </Button>
      ),
  };
  return (
    <Card flush>
      <Table
        label={t("tab.devices")}
        columns={may ? [...columns, button] : columns}
        rows={devices}
        id={(one) => one.id}
        empty={<Empty title={t("devices.empty")}>{t("devices.emptyFix")}</Empty>}
      />
      <Confirm
        opened={asked !== null}
        title={t("devices.ask")}
        action={t("devices.turnOff")}
        busy={turnOff.isPending}
        onClose={() => ask(null)}
        onConfirm={() => asked && turnOff.mutate(asked.id)}
      >
        {t("devices.about")}
      </Confirm>
    </Card>
  );
}
