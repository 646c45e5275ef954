/** Outlets: where they are, when they are open, and a link to a map that is not loaded here. */
import { Anchor, Button } from "@mantine/core";
import { IconMapPin } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Pill } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import { SMALL } from "~/kit/small";
import { type Column, Table } from "~/kit/Table";
import { useAct } from "./changing";
import { OutletForm } from "./OutletForm";
import { ShopPage } from "./ShopPage";
import styles from "./shop.module.css";

export type Outlet = Schemas["OutletShown"];

const KEY = ["shop", "outlets"];

/** Keep an outlet, or several, as they were told. */
export const putOutlet = (one: Outlet) => {
  const { id, name, address, city, latitude, longitude, zone, phone, url, hours } = one;
  const outlet = { id, name, address, city, latitude, longitude, zone, phone, url, hours };
  return body(api.POST("/v1/shop/outlets", { body: { outlets: [outlet] } }));
};

export function Component() {
  const { t } = useTranslation("shop");
  const may = useMay("shop");
  const [open, setOpen] = useState<Outlet | "new" | null>(null);
  const columns = useColumns(setOpen);
  const outlets = useQuery({
    queryKey: KEY,
    queryFn: () => body(api.GET("/v1/shop/outlets", { params: { query: { limit: 1000 } } })),
  });
  const make = may ? <Button onClick={() => setOpen("new")}>{t("newOutlet")}</Button> : null;
  const some = !!outlets.data?.items.length;
  return (
    <ShopPage part="outlets" ready={!outlets.isPending} actions={some ? make : null}>
      <Card flush>
        <Query of={outlets}>
          {({ items }) => (
            <Table
              label={t("part.outlets")}
              columns={columns}
              rows={items}
              id={(row) => row.id}
              empty={
                <Empty title={t("noOutlets")} action={make}>
                  {t("noOutletsAbout")}
                </Empty>
              }
            />
          )}
        </Query>
      </Card>
      {open ? (
        <OutletForm
          outlet={open === "new" ? null : open}
          anew={KEY}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </ShopPage>
  );
}

function useColumns(edit: (outlet: Outlet) => void): Column<Outlet>[] {
  const { t } = useTranslation("shop");
  return [
    {
      key: "name",
      label: t("outlet"),
      show: ({ name, phone }) => (
        <span className={styles.two}>
          {name}
          {phone ? <span className={styles.quiet}>{phone}</span> : null}
        </span>
      ),
    },
    { key: "address", label: t("address"), show: (row) => <Where outlet={row} /> },
    {
      key: "hours",
      label: t("hours"),
      show: ({ hours }) => <span className={styles.hours}>{hours || "–"}</span>,
      wide: true,
    },
    { key: "now", label: t("now"), show: (row) => <Now outlet={row} /> },
    {
      key: "do",
      label: t("actions"),
      quiet: true,
      show: (row) => <Actions outlet={row} onEdit={() => edit(row)} />,
    },
  ];
}

function Where({ outlet: { address, city, latitude, longitude } }: { outlet: Outlet }) {
  const { t } = useTranslation("shop");
  const said = [address, city].filter(Boolean).join(", ");
  const at =
    latitude === null || longitude === null
      ? `search?query=${encodeURIComponent(said)}`
      : `?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`;
  return (
    <span className={styles.two}>
      {said}
      {said || latitude !== null ? (
        <Anchor
          href={`https://www.openstreetmap.org/${at}`}
          target="_blank"
          rel="noreferrer"
          className={styles.map}
        >
          <IconMapPin size={14} aria-hidden />
          {t("onMap")}
        </Anchor>
      ) : null}
    </span>
  );
}

function Now({ outlet: { open_now, hours_today } }: { outlet: Outlet }) {
  const { t } = useTranslation("shop");
  if (open_now === null) {
    return <span className={styles.quiet}>{t("hoursUnknown")}</span>;
  }
  return (
    <span className={styles.two}>
      <span>
        <Pill tone={open_now ? "good" : "calm"}>{t(open_now ? "isOpen" : "isClosed")}</Pill>
      </span>
      <span className={`${styles.quiet} number`}>{hours_today ?? t("closedToday")}</span>
    </span>
  );
}

function Actions({ outlet, onEdit }: { outlet: Outlet; onEdit: () => void }) {
  const { t } = useTranslation("shop");
  const may = useMay("shop");
  const back = useAct({
    act: () => putOutlet(outlet),
    said: () => t("outletKept", { name: outlet.name }),
    anew: KEY,
  });
  const close = useAct({
    act: () =>
      body(api.DELETE("/v1/shop/outlets/{name}", { params: { path: { name: outlet.id } } })),
    said: () => t("outletGone", { name: outlet.name }),
    undo: () => back.mutate(undefined),
    anew: KEY,
  });
  return may ? (
    <span className={styles.buttons}>
      <Button {...SMALL} variant="default" onClick={onEdit}>
        {t("change")}
      </Button>
      <Button
        {...SMALL}
        variant="subtle"
        color="gray"
        loading={close.isPending}
        onClick={() => close.mutate(undefined)}
      >
        {t("remove")}
      </Button>
    </span>
  ) : null;
}
