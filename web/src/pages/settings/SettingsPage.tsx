/** A page of the settings: the list of all parts at the side, or a way back to it on a telephone. */
import { Anchor } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, NavLink } from "react-router";
import { useMember } from "~/app/session";
import { Empty } from "~/kit/Empty";
import { Page } from "~/kit/Page";
import { type Part, partsFor } from "./parts";
import styles from "./settings.module.css";

interface SettingsPageProps {
  /** Which part this is, or lies in. */
  part: string;
  title?: string;
  about?: ReactNode;
  actions?: ReactNode;
  ready?: boolean;
  children: ReactNode;
}

/** The parts that whoever is logged in may see. */
export const useParts = (): Part[] => partsFor(useMember());

export function SettingsPage(props: SettingsPageProps) {
  const { part, title, about, actions, ready, children } = props;
  const { t } = useTranslation("settings");
  const parts = useParts();
  const allowed = parts.some(({ name }) => name === part);
  const above = title ? (
    <Anchor component={Link} to={`/settings/${part}`}>
      {t(`part.${part}`)}
    </Anchor>
  ) : (
    <Anchor component={Link} to="/settings" className={styles.back}>
      {t("title")}
    </Anchor>
  );
  return (
    <Page
      title={title ?? t(`part.${part}`)}
      about={about ?? t(`about.${part}`)}
      above={above}
      actions={allowed ? actions : null}
      ready={ready || !allowed}
    >
      <div className={styles.frame}>
        <nav aria-label={t("title")} className={`${styles.side} no-print`}>
          {parts.map(({ name, icon: Icon }) => (
            <NavLink key={name} to={`/settings/${name}`} className={styles.entry}>
              <Icon size={16} stroke={1.6} aria-hidden />
              {t(`part.${name}`)}
            </NavLink>
          ))}
        </nav>
        <div className={styles.body}>
          {allowed ? children : <Empty title={t("noRight")}>{t("noRightFix")}</Empty>}
        </div>
      </div>
    </Page>
  );
}
