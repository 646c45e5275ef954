/** How many people a segment held on each day, as it was counted then. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { day, short, signed, whole } from "~/app/format";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Query } from "~/kit/Query";
import styles from "./segments.module.css";

const DAYS = 90;
type Size = Schemas["DaySize"];

export function Sizes({ name }: { name: string }) {
  const { t } = useTranslation("segments");
  const sizes = useQuery({
    queryKey: ["segments", "sizes", name],
    queryFn: () =>
      body(
        api.GET("/api/segments/{name}/sizes", {
          params: { path: { name }, query: { days: DAYS, limit: 1000 } },
        }),
      ),
  });
  return (
    <Card title={t("sizes.title")} about={t("sizes.about")}>
      <Query of={sizes}>
        {({ items }) =>
          items.length ? (
            <Chart sizes={items} />
          ) : (
            <Empty title={t("sizes.empty")}>{t("sizes.emptyFix")}</Empty>
          )
        }
      </Query>
    </Card>
  );
}

const WIDTH = 640;
const HEIGHT = 160;
const at = (one: Size) => Date.parse(one.day);

function Chart({ sizes }: { sizes: readonly Size[] }) {
  const { t } = useTranslation("segments");
  const [first, last] = [sizes[0], sizes.at(-1)];
  if (!first || !last) {
    return null;
  }
  const most = Math.max(...sizes.map((one) => one.people), 1);
  const span = Math.max(at(last) - at(first), 1);
  const spots = sizes.map((one) => ({
    one,
    x: sizes.length > 1 ? ((at(one) - at(first)) / span) * WIDTH : WIDTH / 2,
    y: HEIGHT - (one.people / most) * HEIGHT,
  }));
  const line = spots.map(({ x, y }) => `${x},${y}`).join(" ");
  const each = WIDTH / sizes.length;
  const said = t("sizes.said", {
    first: whole(first.people),
    last: whole(last.people),
    change: signed(last.people - first.people),
    since: day(first.day, "UTC"),
  });
  return (
    <figure className={styles.sizes}>
      <figcaption className="number">{said}</figcaption>
      <div className={styles.chart}>
        <span className={`${styles.axis} number`}>{short(most)}</span>
        <svg
          viewBox={`-4 -6 ${WIDTH + 8} ${HEIGHT + 12}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={said}
        >
          <polygon points={`0,${HEIGHT} ${line} ${spots.at(-1)?.x ?? 0},${HEIGHT}`} />
          <polyline points={line} />
          {spots.map(({ one, x }) => (
            <rect key={one.day} x={x - each / 2} y={0} width={each} height={HEIGHT}>
              <title>{`${day(one.day, "UTC")}: ${whole(one.people)}`}</title>
            </rect>
          ))}
        </svg>
      </div>
      <div className={styles.days}>
        <span>{day(first.day, "UTC")}</span>
        <span>{day(last.day, "UTC")}</span>
      </div>
    </figure>
  );
}
