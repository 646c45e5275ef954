/** What keeps marketing from a person: pauses, open matters, categories, silent addresses. */
import { ActionIcon, Button, Group, Stack, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { day } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Confirm } from "~/kit/Confirm";
import { Channel, useChannelName } from "~/kit/channels";
import { Pill } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import { SMALL } from "~/kit/small";
import type { Person } from "../person";
import { useTopics } from "../words";
import { useChange, useWishes, type Wishes } from "./changing";
import { PAUSES, usePausing } from "./pausing";
import styles from "./profile.module.css";

export function Rest({ person }: { person: Person }) {
  return (
    <Stack gap={12}>
      <Pauses pid={person.pid} />
      <Holds pid={person.pid} />
      <Silenced pid={person.pid} />
      <Suppressions person={person} />
    </Stack>
  );
}

/** A line of a list, or that there is none. */
function Lines({ none, children }: { none: string; children: ReactNode[] }) {
  return children.length > 0 ? (
    <ul className={styles.rows}>{children}</ul>
  ) : (
    <p className={styles.quiet}>{none}</p>
  );
}

function Pauses({ pid }: { pid: number }) {
  const { t } = useTranslation("people");
  const may = useMay("conversations");
  const wishes = useWishes(pid);
  const { pause, resume } = usePausing(pid);
  return (
    <Card title={t("pause.title")} about={t("pause.about")}>
      <Query of={wishes} rows={2}>
        {(wished) => (
          <Stack gap={12}>
            <p>
              {wished.pause_until
                ? t("pause.until", { day: day(wished.pause_until) })
                : t("pause.none")}
            </p>
            {may ? (
              <Group gap={8}>
                {wished.pause_until ? (
                  <Button
                    variant="default"
                    loading={resume.isPending}
                    onClick={() => resume.mutate(undefined)}
                  >
                    {t("pause.end")}
                  </Button>
                ) : (
                  PAUSES.map((days) => (
                    <Button
                      key={days}
                      variant="default"
                      {...SMALL}
                      disabled={pause.isPending}
                      onClick={() => pause.mutate(days)}
                    >
                      {t("pause.days", { count: days })}
                    </Button>
                  ))
                )}
              </Group>
            ) : null}
            <Wished wished={wished} />
          </Stack>
        )}
      </Query>
    </Card>
  );
}

/** A minute of the day as a clock shows it. */
const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

function Wished({ wished }: { wished: Wishes }) {
  const { t } = useTranslation("people");
  const topics = useTopics();
  const [from = 0, until = 0] = wished.hours;
  const said = [
    ...Object.entries(wished.every_days)
      .filter(([, days]) => days > 0)
      .map(([id, count]) =>
        t("wishes.every", { topic: topics?.find((one) => one.id === id)?.name ?? id, count }),
      ),
    ...(from === until ? [] : [t("wishes.hours", { from: clock(from), until: clock(until) })]),
    ...(wished.objects ? [t("wishes.objects")] : []),
  ];
  return said.length > 0 ? (
    <ul className={styles.rows}>
      {said.map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
  ) : null;
}

function Holds({ pid }: { pid: number }) {
  const { t, i18n } = useTranslation("people");
  const may = useMay("people");
  const path = { pid };
  const query = useQuery({
    queryKey: ["person", pid, "holds"],
    queryFn: () =>
      body(api.GET("/api/holds/people/{pid}", { params: { path, query: { limit: 1000 } } })),
  });
  const release = useChange({
    pid,
    act: ({ hold, key }: Schemas["HoldShown"]) =>
      body(
        api.POST("/api/holds/people/{pid}/release", {
          params: { path },
          body: { rule: hold, key },
        }),
      ),
    said: () => t("holds.released"),
  });
  const called = (hold: string) => (i18n.exists(`people:hold.${hold}`) ? t(`hold.${hold}`) : hold);
  return (
    <Card title={t("holds.title")} about={t("holds.about")}>
      <Query of={query} rows={1}>
        {({ items }) => (
          <Lines none={t("holds.none")}>
            {items.map((one) => (
              <li key={`${one.hold} ${one.key}`} className={`${styles.row} ${styles.hold}`}>
                <span>
                  {called(one.hold)}
                  {one.key ? <span className={styles.quiet}> · {one.key}</span> : null}
                </span>
                <span className={styles.quiet}>{t("holds.until", { day: day(one.until) })}</span>
                <Pill tone={one.holds ? "warn" : "calm"}>
                  {t(one.holds ? "holds.open" : "holds.over")}
                </Pill>
                {may && one.holds ? (
                  <Button
                    {...SMALL}
                    variant="default"
                    onClick={() => release.mutate(one)}
                    loading={release.isPending}
                  >
                    {t("holds.release")}
                  </Button>
                ) : null}
              </li>
            ))}
          </Lines>
        )}
      </Query>
    </Card>
  );
}

function Silenced({ pid }: { pid: number }) {
  const { t } = useTranslation("people");
  const may = useMay("people");
  const path = { pid };
  const [category, setCategory] = useState("");
  const query = useQuery({
    queryKey: ["person", pid, "silenced"],
    queryFn: () =>
      body(
        api.GET("/api/holds/people/{pid}/silenced", { params: { path, query: { limit: 1000 } } }),
      ),
  });
  const hear = useChange({
    pid,
    act: (name: string) =>
      body(
        api.DELETE("/api/holds/people/{pid}/silenced", {
          params: { path, query: { category: name } },
        }),
      ),
    said: (name) => t("silenced.heard", { name }),
    undo: (name) => silence.mutate(name),
  });
  const silence = useChange({
    pid,
    act: (name: string) =>
      body(
        api.POST("/api/holds/people/{pid}/silenced", {
          params: { path },
          body: { category: name },
        }),
      ),
    said: (name) => t("silenced.done", { name }),
    undo: (name) => hear.mutate(name),
    after: () => setCategory(""),
  });
  return (
    <Card title={t("silenced.title")} about={t("silenced.about")}>
      <Query of={query} rows={1}>
        {({ items }) => (
          <Lines none={t("silenced.none")}>
            {items.map((one) => (
              <li key={one.category} className={`${styles.row} ${styles.silenced}`}>
                <span>{one.category}</span>
                <span className={styles.quiet}>{day(one.at)}</span>
                {may ? (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    onClick={() => hear.mutate(one.category)}
                    aria-label={t("silenced.hear", { name: one.category })}
                  >
                    <IconX size={15} />
                  </ActionIcon>
                ) : null}
              </li>
            ))}
          </Lines>
        )}
      </Query>
      {may ? (
        <form
          className={styles.adding}
          onSubmit={(event) => {
            event.preventDefault();
            silence.mutate(category.trim());
          }}
        >
          <TextInput
            label={t("silenced.category")}
            placeholder={t("silenced.example")}
            value={category}
            maxLength={200}
            onChange={(event) => setCategory(event.currentTarget.value)}
          />
          <Button
            type="submit"
            variant="default"
            disabled={!category.trim()}
            loading={silence.isPending}
          >
            {t("silenced.add")}
          </Button>
        </form>
      ) : null}
    </Card>
  );
}

function Suppressions({ person: { pid, suppressions } }: { person: Person }) {
  const { t, i18n } = useTranslation("people");
  const may = useMay("people");
  const called = useChannelName();
  const [asked, ask] = useState<string | null>(null);
  const lift = useChange({
    pid,
    act: (channel: string) =>
      body(
        api.DELETE("/api/people/{pid}/suppressions/{channel}", {
          params: { path: { pid, channel } },
        }),
      ),
    said: () => t("suppressed.lifted"),
    after: () => ask(null),
  });
  const reason = (name: string) =>
    i18n.exists(`people:suppressed.why.${name}`) ? t(`suppressed.why.${name}`) : name;
  return (
    <Card title={t("suppressed.title")} about={t("suppressed.about")}>
      <Lines none={t("suppressed.none")}>
        {suppressions.map((one) => (
          <li key={`${one.channel} ${one.scope}`} className={`${styles.row} ${styles.suppressed}`}>
            <Channel name={one.channel} />
            <span>{[reason(one.reason), one.raw].filter(Boolean).join(" · ")}</span>
            <span className={styles.quiet}>
              {day(one.at)}
              {one.until ? ` – ${day(one.until)}` : ""}
            </span>
            {may ? (
              <Button {...SMALL} variant="default" onClick={() => ask(one.channel)}>
                {t("suppressed.lift")}
              </Button>
            ) : null}
          </li>
        ))}
      </Lines>
      <Confirm
        opened={asked !== null}
        title={t("suppressed.ask", { channel: called(asked ?? "") })}
        action={t("suppressed.lift")}
        busy={lift.isPending}
        onClose={() => ask(null)}
        onConfirm={() => asked && lift.mutate(asked)}
      >
        {t("suppressed.askAbout")}
      </Confirm>
    </Card>
  );
}
