/** Who writes: what they got from us here and why, whether marketing rests, what is known of them. */
import { Anchor, Button, CloseButton, Menu } from "@mantine/core";
import { IconPlayerPause } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { moment } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Loading } from "~/kit/Loading";
import { Aside } from "../people/profile/Aside";
import { useWhy, useWishes } from "../people/profile/changing";
import { PAUSES, usePausing } from "../people/profile/pausing";
import styles from "./replies.module.css";
import type { Talk } from "./talks";

interface PersonPanelProps {
  talk: Talk;
  shown: boolean;
  onClose: () => void;
}

export function PersonPanel({ talk, shown, onClose }: PersonPanelProps) {
  const { t } = useTranslation("replies");
  const mayRead = useMay("people", 1);
  const mayPause = useMay("conversations");
  return (
    <aside className={styles.person} aria-label={t("person")} data-shown={shown || undefined}>
      <header className={styles.personHead}>
        <Anchor component={Link} to={`/people/${talk.pid}`} fw={600}>
          {talk.name || talk.address}
        </Anchor>
        <CloseButton className={styles.toThread} aria-label={t("toThread")} onClick={onClose} />
      </header>
      {mayPause && mayRead ? <Pause pid={talk.pid} /> : null}
      <Got talk={talk} />
      {mayRead ? <Known pid={talk.pid} /> : null}
    </aside>
  );
}

function Pause({ pid }: { pid: number }) {
  const { t } = useTranslation(["replies", "people"]);
  const { pause, resume } = usePausing(pid);
  const resting = useWishes(pid).data?.pause_until;
  if (resting) {
    return (
      <Button
        variant="default"
        loading={resume.isPending}
        onClick={() => resume.mutate(undefined)}
      >
        {t("people:pause.end")}
      </Button>
    );
  }
  return (
    <Menu width="target">
      <Menu.Target>
        <Button
          variant="default"
          loading={pause.isPending}
          leftSection={<IconPlayerPause size={16} aria-hidden />}
        >
          {t("people:pause.begin")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {PAUSES.map((days) => (
          <Menu.Item key={days} onClick={() => pause.mutate(days)}>
            {t("people:pause.days", { count: days })}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** What campaigns and programs sent them on this channel, and why they got it. */
function Got({ talk }: { talk: Talk }) {
  const { t } = useTranslation("replies");
  const { data, isError } = useQuery({
    queryKey: ["replies", "messages", talk.id],
    queryFn: () =>
      body(
        api.GET("/v1/conversations/{number}/messages", {
          params: { path: { number: talk.id }, query: { limit: 5 } },
        }),
      ),
    staleTime: 60_000,
  });
  if (isError) {
    return null;
  }
  return (
    <Card title={t("got")}>
      {data ? null : <Loading rows={2} height={44} />}
      {data?.items.length === 0 ? <p className={styles.quiet}>{t("gotNothing")}</p> : null}
      <ul className={styles.got}>
        {data?.items.map((one) => (
          <li key={one.id}>
            <Message message={one} pid={talk.pid} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Message({ message, pid }: { message: Schemas["MessageSeen"]; pid: number }) {
  const { t } = useTranslation("replies");
  const mayRead = useMay("people", 1);
  return (
    <>
      <b>{message.subject || message.text.slice(0, 80) || message.campaign || t("single")}</b>
      <span className={styles.quiet}>
        {moment(message.at)} · {message.became}
      </span>
      {message.campaign && mayRead ? <Why campaign={message.campaign} pid={pid} /> : null}
    </>
  );
}

function Why({ campaign, pid }: { campaign: string; pid: number }) {
  const { t } = useTranslation("replies");
  const says = useWhy(pid, campaign).data?.decisions[0]?.says;
  return (
    <>
      {says ? <span>{says}</span> : null}
      <Anchor
        component={Link}
        to={`/people/${pid}?tab=decisions&campaign=${encodeURIComponent(campaign)}`}
      >
        {t("why")}
      </Anchor>
    </>
  );
}

function Known({ pid }: { pid: number }) {
  const { data } = useQuery({
    queryKey: ["person", pid],
    queryFn: () => body(api.GET("/api/people/{pid}", { params: { path: { pid } } })),
  });
  return data ? <Aside person={data} /> : <Loading rows={4} />;
}
