/** What can be done with a person as a whole: pause, merge, export, erase. */
import { ActionIcon, Button, Menu } from "@mantine/core";
import {
  IconArrowsJoin,
  IconDots,
  IconDownload,
  IconPlayerPause,
  IconPlayerPlay,
  IconTrash,
} from "@tabler/icons-react";
import i18next from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { useMay } from "~/app/session";
import type { Person } from "../person";
import { useChange, useWishes } from "./changing";
import { Erase } from "./Erase";
import { Merge } from "./Merge";
import { PAUSES, usePausing } from "./pausing";

export function Actions({ person }: { person: Person }) {
  const { t } = useTranslation("people");
  const [open, setOpen] = useState<"merge" | "erase" | null>(null);
  const mayMerge = useMay("people");
  const mayExport = useMay("privacy", 1);
  const mayErase = useMay("privacy");
  const exporting = useExport(person.pid);
  return (
    <>
      {useMay("conversations") ? <PauseButton pid={person.pid} /> : null}
      {mayMerge || mayExport || mayErase ? (
        <Menu position="bottom-end" width={230}>
          <Menu.Target>
            <ActionIcon
              variant="default"
              size={36}
              aria-label={t("more")}
              loading={exporting.isPending}
            >
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {mayMerge ? (
              <Menu.Item
                leftSection={<IconArrowsJoin size={16} />}
                onClick={() => setOpen("merge")}
              >
                {t("merge.begin")}
              </Menu.Item>
            ) : null}
            {mayExport ? (
              <Menu.Item
                leftSection={<IconDownload size={16} />}
                onClick={() => exporting.mutate(undefined)}
              >
                {t("export.begin")}
              </Menu.Item>
            ) : null}
            {mayErase ? (
              <Menu.Item
                color="var(--bad)"
                leftSection={<IconTrash size={16} />}
                onClick={() => setOpen("erase")}
              >
                {t("erase.begin")}
              </Menu.Item>
            ) : null}
          </Menu.Dropdown>
        </Menu>
      ) : null}
      <Merge person={person} opened={open === "merge"} onClose={() => setOpen(null)} />
      <Erase person={person} opened={open === "erase"} onClose={() => setOpen(null)} />
    </>
  );
}

function PauseButton({ pid }: { pid: number }) {
  const { t } = useTranslation("people");
  const { data } = useWishes(pid);
  const { pause, resume } = usePausing(pid);
  if (data?.pause_until) {
    return (
      <Button
        variant="default"
        leftSection={<IconPlayerPlay size={16} aria-hidden />}
        loading={resume.isPending}
        onClick={() => resume.mutate(undefined)}
      >
        {t("pause.end")}
      </Button>
    );
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={16} aria-hidden />}
          loading={pause.isPending}
        >
          {t("pause.begin")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("pause.about")}</Menu.Label>
        {PAUSES.map((days) => (
          <Menu.Item key={days} onClick={() => pause.mutate(days)}>
            {t("pause.days", { count: days })}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Everything that is kept about the person, as a file for them to have. */
function useExport(pid: number) {
  const { t } = useTranslation("people");
  return useChange({
    pid,
    act: async () => {
      const found = await body(
        api.GET("/api/people/{pid}/export", {
          params: { path: { pid }, query: { language: i18next.language } },
        }),
      );
      save(JSON.stringify(found, null, 2), `person-${pid}.json`);
    },
    said: () => t("export.done"),
  });
}

function save(text: string, name: string) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
