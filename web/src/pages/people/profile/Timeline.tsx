/** What happened with a person, on all channels, newest first, day by day. */
import { Chip, Collapse, Group, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  type Icon,
  IconCreditCard,
  IconEye,
  IconFileText,
  IconHeart,
  IconMessage2,
  IconPointFilled,
  IconReceiptRefund,
  IconSearch,
  IconShieldCheck,
  IconShoppingBag,
  IconShoppingCart,
  IconUserEdit,
} from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { clock, day } from "~/app/format";
import { useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { ChannelIcon, useChannelName } from "~/kit/channels";
import { Empty } from "~/kit/Empty";
import { Fault } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { More } from "~/kit/Table";
import type { Person } from "../person";
import { useEventName, useValue } from "../words";
import { byDay, gist } from "./happening";
import styles from "./Timeline.module.css";

type Happening = Schemas["Happening"];
type Kind = "event" | "message" | "consent" | "talk";

const KINDS: readonly Kind[] = ["event", "message", "talk", "consent"];
const ROWS = 50;

export function Timeline({ person }: { person: Person }) {
  const { t } = useTranslation("people");
  const [params, setParams] = useSearchParams();
  const kinds = KINDS.filter((kind) => params.get("kinds")?.split(",").includes(kind));
  const list = useTimeline(person.pid, kinds);
  const found = list.data?.pages.flatMap((page) => page.items) ?? [];
  const choose = (chosen: string[]) =>
    setParams(chosen.length > 0 ? { kinds: chosen.join(",") } : {}, { replace: true });
  return (
    <>
      <Chip.Group multiple value={kinds} onChange={choose}>
        <Group gap={8} mb={14} role="group" aria-label={t("filters")}>
          {KINDS.map((kind) => (
            <Chip key={kind} value={kind} size="sm" variant="outline">
              {t(`kind.${kind}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {list.isPending ? <Loading rows={10} /> : null}
      {list.error && !list.data ? <Fault fault={list.error} again={list.refetch} /> : null}
      {list.data && found.length === 0 ? (
        <Card>
          <Empty title={t("timeline.empty")}>{t("timeline.emptyFix")}</Empty>
        </Card>
      ) : null}
      {byDay(found).map(([at, some]) => (
        <section key={at} className={styles.day}>
          <h2>{day(at)}</h2>
          <ol>
            {some.map((one, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two things of a moment may be alike
              <Thing key={`${one.at} ${n}`} thing={one} />
            ))}
          </ol>
        </section>
      ))}
      {list.hasNextPage ? (
        <More busy={list.isFetchingNextPage} load={list.fetchNextPage} endless />
      ) : null}
    </>
  );
}

function useTimeline(pid: number, kinds: readonly Kind[]) {
  const language = i18next.language;
  return useInfiniteQuery({
    queryKey: ["person", pid, "timeline", kinds, language],
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET("/api/people/{pid}/timeline", {
          params: {
            path: { pid },
            query: {
              limit: ROWS,
              after: pageParam,
              language,
              kinds: kinds.length > 0 ? [...kinds] : undefined,
            },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

function Thing({ thing }: { thing: Happening }) {
  const { t } = useTranslation("people");
  const { shop } = useMember();
  const [opened, { toggle }] = useDisclosure(false);
  const told = Object.entries(thing.properties);
  const title = useTitle()(thing);
  const said = thing.turn ? thing.says : gist(thing.properties, shop.currency);
  return (
    <li className={styles.thing} data-kind={thing.kind}>
      <span className={styles.icon}>
        <Sign thing={thing} />
      </span>
      <div className={styles.words}>
        <div className={styles.line}>
          <b>{title}</b>
          {thing.campaign ? (
            <Link to={`/campaigns/${encodeURIComponent(thing.campaign)}`}>{thing.campaign}</Link>
          ) : null}
          {said ? <span className={thing.turn ? styles.said : styles.gist}>{said}</span> : null}
        </div>
        {told.length > 0 ? (
          <>
            <UnstyledButton className={styles.more} onClick={toggle} aria-expanded={opened}>
              {t(opened ? "timeline.less" : "timeline.details")}
            </UnstyledButton>
            <Collapse expanded={opened} transitionDuration={0}>
              {opened ? <Properties told={told} /> : null}
            </Collapse>
          </>
        ) : null}
      </div>
      <time dateTime={thing.at} className="number">
        {clock(thing.at)}
      </time>
    </li>
  );
}

function Properties({ told }: { told: [string, unknown][] }) {
  const say = useValue();
  return (
    <dl className={styles.properties}>
      {told.map(([name, value]) => (
        <div key={name}>
          <dt>{name.replace(/^properties\./, "")}</dt>
          <dd>{say(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What happened, in a word or two: "Read · E-mail", "Olena, operator". */
function useTitle(): (thing: Happening) => string {
  const { t, i18n } = useTranslation("people");
  const eventName = useEventName();
  const channelName = useChannelName();
  const what = (thing: Happening) => {
    if (thing.turn) {
      const ours = thing.turn.author === "operator";
      return ours ? t("timeline.operator", { name: thing.turn.operator }) : t("timeline.wrote");
    }
    const known = i18n.exists(`people:event.${thing.event}`);
    const machine = thing.properties["properties.machine"] === true;
    const said = known ? eventName(thing.event) : thing.says;
    return machine && known ? t("timeline.machine", { what: said }) : said;
  };
  return (thing) =>
    thing.channel ? `${what(thing)} · ${channelName(thing.channel)}` : what(thing);
}

const SIGNS: Record<string, Icon> = {
  "Page Viewed": IconFileText,
  "Screen Viewed": IconFileText,
  "Product Viewed": IconEye,
  "Product List Viewed": IconEye,
  "Products Searched": IconSearch,
  "Product Added": IconShoppingCart,
  "Product Removed": IconShoppingCart,
  "Product Added to Wishlist": IconHeart,
  "Checkout Started": IconCreditCard,
  "Order Completed": IconShoppingBag,
  "Order Refunded": IconReceiptRefund,
  Identified: IconUserEdit,
};

function Sign({ thing }: { thing: Happening }) {
  if (thing.channel) {
    return <ChannelIcon name={thing.channel} size={17} />;
  }
  const drawn = { talk: IconMessage2, consent: IconShieldCheck }[thing.kind as string];
  const Drawn = drawn ?? SIGNS[thing.event] ?? IconPointFilled;
  return <Drawn size={17} stroke={1.6} aria-hidden />;
}
