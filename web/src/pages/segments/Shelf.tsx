/** What is done with a segment as a whole: copied, labelled, put away, deleted. */
import { Button, Menu, TagsInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDots } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, body } from "~/api/client";
import { definitionQuery } from "~/app/writing";
import { Confirm } from "~/kit/Confirm";
import { Dialogue } from "~/kit/Dialogue";
import { done } from "~/kit/notices";
import { useSayFault } from "~/kit/Refused";
import { useListed } from "./data";
import { segmentsChanged } from "./draft";

interface ShelfProps {
  name: string;
  called: string;
}

export function Shelf({ name, called }: ShelfProps) {
  const { t } = useTranslation("segments");
  const go = useNavigate();
  const [labelling, labels] = useDisclosure(false);
  const [dropping, drop] = useDisclosure(false);
  const listed = useListed().data?.items.find((one) => one.id === name);
  const put = useArchive(name, called);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px={10} aria-label={t("more")}>
            <IconDots size={18} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => go(`/segments/new?copy=${encodeURIComponent(name)}`)}>
            {t("copy")}
          </Menu.Item>
          <Menu.Item onClick={labels.open}>{t("labels")}</Menu.Item>
          <Menu.Item onClick={() => put.mutate(!listed?.archived)}>
            {t(listed?.archived ? "fetchBack" : "archive")}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" onClick={drop.open}>
            {t("delete")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Dialogue opened={labelling} onClose={labels.close} title={t("labels")}>
        <Labels name={name} have={listed?.labels ?? []} />
      </Dialogue>
      <Delete name={name} called={called} opened={dropping} onClose={drop.close} />
    </>
  );
}

function useArchive(name: string, called: string) {
  const { t } = useTranslation("segments");
  const onError = useSayFault();
  const archive = useMutation({
    mutationFn: async (away: boolean) => {
      const params = { params: { path: { name } } };
      await (away
        ? api.POST("/api/segments/{name}/archive", params)
        : api.DELETE("/api/segments/{name}/archive", params));
    },
    onSuccess: async (_, away) => {
      const undo = away ? { label: t("undo"), act: () => archive.mutate(false) } : undefined;
      done(t(away ? "archived" : "fetchedBack", { name: called }), undo);
      await segmentsChanged();
    },
    onError,
  });
  return archive;
}

function Labels({ name, have }: { name: string; have: readonly string[] }) {
  const { t } = useTranslation("segments");
  const onError = useSayFault();
  const all = useListed().data?.items.flatMap((one) => one.labels) ?? [];
  const label = useMutation({
    mutationFn: (next: readonly string[]) =>
      body(
        api.POST("/api/segments/{name}/labels", {
          params: { path: { name } },
          body: {
            add: next.filter((one) => !have.includes(one)),
            remove: have.filter((one) => !next.includes(one)),
          },
        }),
      ),
    onSuccess: segmentsChanged,
    onError,
  });
  return (
    <TagsInput
      data-autofocus
      label={t("labels")}
      description={t("labelsAbout")}
      data={[...new Set(all)]}
      value={label.isPending ? [...label.variables] : [...have]}
      onChange={(next) => label.mutate(next)}
    />
  );
}

interface DeleteProps extends ShelfProps {
  opened: boolean;
  onClose: () => void;
}

function Delete({ name, called, opened, onClose }: DeleteProps) {
  const { t } = useTranslation("segments");
  const go = useNavigate();
  const stored = useQuery(definitionQuery("segment", name));
  const drop = useMutation({
    mutationFn: () =>
      body(
        api.DELETE("/api/definitions/{kind}/{name}", {
          params: {
            path: { kind: "segment", name },
            query: { base: stored.data?.version ?? null },
          },
        }),
      ),
    onSuccess: async () => {
      await go("/segments");
      done(t("deleted", { name: called }));
      await segmentsChanged();
    },
  });
  return (
    <Confirm
      opened={opened}
      title={t("deleteAsk", { name: called })}
      action={t("delete")}
      busy={drop.isPending}
      refused={drop.error}
      onClose={onClose}
      onConfirm={() => drop.mutate()}
    >
      {t("deleteAbout")}
    </Confirm>
  );
}
