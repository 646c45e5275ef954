/** Everything that can be set, each part with what it is like now. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Page } from "~/kit/Page";
import { useParts } from "./SettingsPage";
import { State } from "./State";
import styles from "./settings.module.css";

export function Component() {
  const { t } = useTranslation("settings");
  return (
    <Page title={t("title")} about={t("about.all")}>
      <div className={styles.cards}>
        {useParts().map(({ name, icon: Icon }) => (
          <Link key={name} to={`/settings/${name}`} className={styles.part}>
            <span className={styles.tile}>
              <Icon size={20} stroke={1.6} aria-hidden />
            </span>
            <h2>{t(`part.${name}`)}</h2>
            <p>{t(`about.${name}`)}</p>
            <div className={styles.state}>
              <State part={name} />
            </div>
          </Link>
        ))}
      </div>
    </Page>
  );
}
