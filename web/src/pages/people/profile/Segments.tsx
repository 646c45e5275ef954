/** In which segments a person is now, and why or why not. */
import { UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Pill } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import type { Person } from "../person";
import { Conditions } from "./Conditions";
import styles from "./profile.module.css";

type Held = Schemas["SegmentHeld"];

export function Segments({ person: { pid } }: { person: Person }) {
  const { t } = useTranslation("people");
  const query = useQuery({
    queryKey: ["person", pid, "segments"],
    queryFn: () =>
      body(
        api.GET("/api/people/{pid}/segments", {
          params: { path: { pid }, query: { limit: 1000 } },
        }),
      ),
  });
  return (
    <Card>
      <Query of={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t("segments.empty")}>{t("segments.emptyFix")}</Empty>
          ) : (
            <ul className={styles.rows}>
              {items
                .toSorted((one, other) => Number(other.held) - Number(one.held))
                .map((one) => (
                  <Segment key={one.id} pid={pid} segment={one} />
                ))}
            </ul>
          )
        }
      </Query>
    </Card>
  );
}

function Segment({ pid, segment }: { pid: number; segment: Held }) {
  const { t } = useTranslation("people");
  const may = useMay("content", 1);
  const [opened, { toggle }] = useDisclosure(false);
  const name = segment.name || segment.id;
  return (
    <li>
      <div className={`${styles.row} ${styles.segment}`}>
        <span>
          {may ? <Link to={`/segments/${encodeURIComponent(segment.id)}`}>{name}</Link> : name}
        </span>
        <span>
          <Pill tone={segment.fault ? "warn" : segment.held ? "accent" : "calm"}>
            {t(segment.fault ? "segments.fault" : segment.held ? "segments.in" : "segments.out")}
          </Pill>
        </span>
        {may ? (
          <UnstyledButton
            className={styles.link}
            onClick={toggle}
            aria-expanded={opened}
            aria-label={t("segments.whyOf", { name })}
          >
            {t("segments.why")}
          </UnstyledButton>
        ) : null}
      </div>
      {opened ? (
        <div className={styles.inner}>
          {segment.fault ? segment.fault : <Explained pid={pid} segment={segment.id} />}
        </div>
      ) : null}
    </li>
  );
}

function Explained({ pid, segment }: { pid: number; segment: string }) {
  const language = i18next.language;
  const query = useQuery({
    queryKey: ["person", pid, "explained", segment, language],
    queryFn: () =>
      body(
        api.POST("/api/segments/explain", {
          params: { query: { language } },
          body: { segment, person: `pid:${pid}` },
        }),
      ),
  });
  return (
    <Query of={query} rows={2}>
      {({ conditions }) => <Conditions of={conditions} />}
    </Query>
  );
}
