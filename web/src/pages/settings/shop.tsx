/** The shop itself: who speaks, how much and when people are spoken to, how long things are kept. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { currencies, regions, timeZones, tongues } from "~/app/lists";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Query } from "~/kit/Query";
import { Refused } from "~/kit/Refused";
import { useValues } from "./begun";
import { useChange } from "./changing";
import { Field } from "./Field";
import { restarted } from "./restarting";
import { SettingsPage } from "./SettingsPage";
import { type Choice, changed, shownValue } from "./setting";
import styles from "./settings.module.css";

type Section = Schemas["SectionShown"];
type Choices = Record<string, readonly Choice[]>;

/** As the page shows them: the shop first, what concerns the machine last. */
const ORDER = ["shop", "pressure", "measurement", "conversations", "messages", "lake", "server"];

export function Component() {
  const choices = useChoices();
  const query = useQuery({
    queryKey: ["settings"],
    queryFn: () => body(api.GET("/api/settings", { params: { query: { limit: 100 } } })),
  });
  return (
    <SettingsPage part="shop" ready={query.isSuccess}>
      <Query of={query} rows={14}>
        {({ items }) =>
          ORDER.flatMap((name) => items.filter((one) => one.name === name)).map((one) => (
            <SectionForm key={one.name} of={one} choices={choices} />
          ))
        }
      </Query>
    </SettingsPage>
  );
}

/** What some settings are chosen from. */
function useChoices(): Choices {
  const { i18n } = useTranslation();
  return useMemo(() => {
    const spoken = tongues(i18n.language);
    return {
      "shop.language": spoken,
      "shop.languages": spoken,
      "shop.time_zone": timeZones().map((one) => ({ value: one, label: one })),
      "shop.currency": currencies(i18n.language),
      "shop.country": regions(i18n.language),
    };
  }, [i18n.language]);
}

function SectionForm({ of, choices }: { of: Section; choices: Choices }) {
  const { t } = useTranslation("settings");
  const may = useMay("settings");
  const [written, write, drop] = useValues(of.name, of.settings);
  const [waiting, wait] = useState(false);
  const values = changed(of.settings, written);
  const save = useChange({
    of: "settings",
    quiet: true,
    act: async () => {
      const path = { section: of.name };
      await body(api.PUT("/api/settings/{section}", { params: { path }, body: { values } }));
      wait(true);
      await restarted();
    },
    said: () => t("saved"),
    after: drop,
  });
  return (
    <Card title={t(`section.${of.name}.title`)} about={t(`section.${of.name}.about`)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(undefined, { onSettled: () => wait(false) });
        }}
      >
        <div className={styles.fields}>
          {of.settings.map((one) => (
            <Field
              key={one.name}
              of={one}
              label={t(`section.${of.name}.${one.name}.label`)}
              help={t(`section.${of.name}.${one.name}.help`)}
              value={shownValue(one, written)}
              choices={choices[`${of.name}.${one.name}`]}
              disabled={!may}
              onChange={(value) => write(one.name, value)}
            />
          ))}
          <Refused of={save.error} className={styles.whole} />
          {may && Object.keys(values).length > 0 ? (
            <div className={`${styles.bar} ${styles.whole}`}>
              <Button type="submit" loading={save.isPending}>
                {t("save")}
              </Button>
              <Button variant="default" onClick={drop} disabled={save.isPending}>
                {t("discard")}
              </Button>
              <span className={styles.quiet} role="status">
                {waiting ? t("restarting") : t("restarts")}
              </span>
            </div>
          ) : null}
        </div>
      </form>
    </Card>
  );
}
