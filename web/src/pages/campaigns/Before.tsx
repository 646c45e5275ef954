/** Before a launch: what keeps it from it, what is unwise, who would hear, and the button. */
import { Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertCircle, IconInfoCircle, IconRocket } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, body } from "~/api/client";
import { sentence, whole } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Confirm } from "~/kit/Confirm";
import { Fault } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { done } from "~/kit/notices";
import { Query } from "~/kit/Query";
import { useSayFault } from "~/kit/Refused";
import { useSum } from "./Cost";
import styles from "./campaigns.module.css";
import { DryRun } from "./DryRun";
import { campaignsChanged, type Rehearsal } from "./data";
import { SendToMe } from "./SendToMe";

interface BeforeProps {
  name: string;
  /** The version that was kept: another one is rehearsed anew. */
  version: number;
}

const SAMPLES = 3;

export function Before({ name, version }: BeforeProps) {
  const { t } = useTranslation("campaigns");
  const path = { name };
  const rehearsal = useQuery({
    queryKey: ["campaigns", "dry-run", name, version, i18next.language],
    queryFn: () =>
      body(
        api.POST("/api/campaigns/{name}/dry-run", {
          params: { path, query: { samples: SAMPLES, language: i18next.language } },
        }),
      ),
    retry: false,
    staleTime: 60_000,
  });
  return (
    <>
      <Problems name={name} version={version} found={rehearsal.data} />
      {rehearsal.isPending ? (
        <Card title={t("dry.title")} about={t("dry.under")}>
          <Loading rows={8} />
        </Card>
      ) : null}
      {rehearsal.isError ? (
        <Card title={t("dry.title")}>
          <Fault fault={rehearsal.error} again={rehearsal.refetch} />
        </Card>
      ) : null}
      {rehearsal.data ? <DryRun name={name} of={rehearsal.data} /> : null}
    </>
  );
}

/** What is wrong and what is unwise, in words, beside the button that launches it. */
function Problems({ name, version, found }: BeforeProps & { found: Rehearsal | undefined }) {
  const { t } = useTranslation("campaigns");
  const path = { name };
  const mayLaunch = useMay("sending");
  const checked = useQuery({
    queryKey: ["campaigns", "check", name, version],
    queryFn: () =>
      body(api.GET("/api/campaigns/{name}/check", { params: { path, query: { limit: 100 } } })),
  });
  const advised = useQuery({
    queryKey: ["campaigns", "advice", name, version],
    queryFn: () =>
      body(api.GET("/api/campaigns/{name}/advice", { params: { path, query: { limit: 100 } } })),
  });
  return (
    <Card title={t("review.title")}>
      <Query of={checked} rows={2}>
        {({ items: faults }) => (
          <>
            {faults.length === 0 ? (
              <Text>{t("review.sound")}</Text>
            ) : (
              <ul className={styles.problems}>
                {faults.map((one) => (
                  <li key={one.where + one.message} data-bad="">
                    <IconAlertCircle size={17} aria-label={t("review.problem")} />
                    <div>
                      {sentence(one.message)} <span className={styles.muted}>{one.where}</span>
                      {one.fix ? <p className={styles.muted}>{one.fix}</p> : null}
                    </div>
                  </li>
                ))}
              </ul>
            )}
            {(advised.data?.items ?? []).length > 0 ? (
              <details className={styles.advice}>
                <summary>{t("review.advice", { count: advised.data?.items.length ?? 0 })}</summary>
                <ul className={styles.problems}>
                  {(advised.data?.items ?? []).map((one) => (
                    <li key={one.where + one.message}>
                      <IconInfoCircle size={17} aria-hidden />
                      <div>
                        {sentence(one.message)} <span className={styles.muted}>{one.where}</span>
                        {one.fix ? <p className={styles.muted}>{one.fix}</p> : null}
                      </div>
                    </li>
                  ))}
                </ul>
              </details>
            ) : null}
            {mayLaunch ? (
              <Group gap={8} mt={16}>
                <Launch name={name} found={found} sound={faults.length === 0} />
                <SendToMe name={name} />
              </Group>
            ) : (
              <Text c="dimmed" mt={12}>
                {t("review.mayNot")}
              </Text>
            )}
          </>
        )}
      </Query>
    </Card>
  );
}

/** How many people get a message, sooner or later; null where events let them in one by one. */
export const hearing = (found: Rehearsal): number | null =>
  found.replay
    ? null
    : (found.cost?.people ??
      found.gates
        .filter((gate) => gate.outcome === "send" || gate.outcome === "wait")
        .reduce((all, gate) => all + gate.people - gate.control, 0));

interface LaunchProps {
  name: string;
  found: Rehearsal | undefined;
  sound: boolean;
}

/** The launch, confirmed with the number of people whom it writes to. */
function Launch({ name, found, sound }: LaunchProps) {
  const { t } = useTranslation("campaigns");
  const go = useNavigate();
  const onError = useSayFault();
  const sum = useSum();
  const [opened, { open, close }] = useDisclosure(false);
  const launching = useMutation({
    mutationFn: (neutral_too: boolean) =>
      body(
        api.POST("/api/campaigns/{name}/launch", {
          params: { path: { name }, query: { neutral_too } },
        }),
      ),
    onSuccess: async () => {
      close();
      done(t("launch.done"));
      await campaignsChanged();
      go(`/campaigns/${name}`);
    },
    onError,
  });
  const people = found ? hearing(found) : 0;
  const neutral = found?.words && found.words.neutral > found.words.said * 0.6;
  const says =
    people === null
      ? t("launch.listens")
      : t("launch.people", { count: people, n: whole(people) });
  return (
    <>
      <Button leftSection={<IconRocket size={16} />} disabled={!sound || !found} onClick={open}>
        {t("launch.button")}
      </Button>
      <Confirm
        opened={opened}
        title={t("launch.title")}
        action={
          people === null
            ? t("launch.begin")
            : t("launch.send", { count: people, n: whole(people) })
        }
        busy={launching.isPending}
        onConfirm={() => launching.mutate(!!neutral)}
        onClose={close}
      >
        <Text fw={600}>{says}</Text>
        {found?.cost?.total ? <Text>{t("launch.costs", { sum: sum(found.cost) })}</Text> : null}
        <Text c="dimmed" mt={8}>
          {t("launch.about")}
        </Text>
        {neutral && found.words ? (
          <Text mt={8}>
            {t("launch.neutral", {
              n: whole(found.words.neutral),
              all: whole(found.words.neutral + found.words.said),
            })}
          </Text>
        ) : null}
      </Confirm>
    </>
  );
}
