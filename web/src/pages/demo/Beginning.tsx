/** How one begins in an empty workspace: with one's own people, or with a shop to look around in. */
import { Button } from "@mantine/core";
import { IconBuildingStore, IconFileTypeCsv } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { whole } from "~/app/format";
import { useMay } from "~/app/session";
import { Note } from "~/kit/Note";
import { PEOPLE, useDemoShop, useLoad } from "./data";
import styles from "./demo.module.css";

export function Beginning() {
  const { t } = useTranslation("demo");
  const { data: demo } = useDemoShop();
  const mayImport = useMay("data");
  const mayLoad = useMay("team") && demo?.may;
  const load = useLoad();
  return (
    <>
      {demo?.fault ? (
        <Note tone="bad" title={t("stopped")}>
          {demo.fault}
        </Note>
      ) : null}
      <div className={styles.ways}>
        {mayImport ? (
          <Way
            icon={<IconFileTypeCsv size={22} stroke={1.5} />}
            title={t("own")}
            about={t("ownAbout")}
          >
            <Button component={Link} to="/settings/imports">
              {t("import")}
            </Button>
          </Way>
        ) : null}
        {mayLoad ? (
          <Way
            icon={<IconBuildingStore size={22} stroke={1.5} />}
            title={t("look")}
            about={t("lookAbout", { n: whole(PEOPLE) })}
          >
            <Button
              variant="default"
              loading={load.isPending}
              onClick={() => {
                load.mutate();
              }}
            >
              {t("load")}
            </Button>
          </Way>
        ) : null}
      </div>
    </>
  );
}

interface WayProps {
  icon: ReactNode;
  title: string;
  about: string;
  children: ReactNode;
}

function Way({ icon, title, about, children }: WayProps) {
  return (
    <section className={styles.way} aria-label={title}>
      <p className={styles.title}>
        <span aria-hidden>{icon}</span>
        {title}
      </p>
      <p className={styles.about}>{about}</p>
      {children}
    </section>
  );
}
