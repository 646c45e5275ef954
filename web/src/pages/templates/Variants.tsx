/** Which of the texts is written: channels as tabs, below them the languages, the missing marked. */
import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconDots, IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { tongues } from "~/app/lists";
import { useMember } from "~/app/session";
import { CHANNELS, ChannelIcon, useChannelName } from "~/kit/channels";
import { done } from "~/kit/notices";
import { useTongue } from "~/kit/tongue";
import type { Draft } from "./draft";
import styles from "./edit.module.css";
import { about, useEditing } from "./editing";
import {
  added,
  channelsOf,
  indexOf,
  languagesOf,
  missing,
  type Variant,
  without,
} from "./template";

interface VariantsProps {
  draft: Draft;
  at: number;
  go: (language: string, channel: string) => void;
}

export function Variants({ draft, at, go }: VariantsProps) {
  const { t } = useTranslation("templates");
  const called = useChannelName();
  const { mayWrite } = useEditing();
  const { template } = draft;
  const here = template.variants[at];
  const channel = here?.channel ?? "";
  const name = (one: string) => (one ? called(one) : t("variants.every"));
  return (
    <nav className={styles.variants} aria-label={t("variants.label")}>
      <div className={styles.tabs}>
        {channelsOf(template).map((one) => (
          <button
            type="button"
            key={one}
            className={styles.tab}
            aria-current={one === channel || undefined}
            onClick={() => go(here?.language ?? "", one)}
          >
            {one ? <ChannelIcon name={one} /> : null}
            {name(one)}
          </button>
        ))}
        {mayWrite ? <AddChannel draft={draft} at={at} go={go} name={name} /> : null}
      </div>
      <div className={styles.tongues}>
        <Languages draft={draft} at={at} go={go} />
      </div>
    </nav>
  );
}

function Languages({ draft, at, go }: VariantsProps) {
  const { t } = useTranslation("templates");
  const tongue = useTongue();
  const { shop } = useMember();
  const { mayWrite, remarks } = useEditing();
  const { template } = draft;
  const channel = template.variants[at]?.channel ?? "";
  const lacking = missing(template, shop.languages).filter((one) => one.channel === channel);
  return (
    <>
      {languagesOf(template).map((language) => {
        const index = indexOf(template, language, channel);
        if (index < 0) {
          return null;
        }
        const wrong = about(remarks, `variants[${index}]`).filter((one) => one.level !== "note");
        return (
          <button
            type="button"
            key={language}
            className={styles.tongue}
            aria-current={index === at || undefined}
            onClick={() => go(language, channel)}
          >
            {tongue(language)}
            {wrong.length ? (
              <span className={styles.wrong} data-level={wrong[0]?.level}>
                {wrong.length}
                <span className="visually-hidden">{t("variants.remarks")}</span>
              </span>
            ) : null}
          </button>
        );
      })}
      {mayWrite
        ? lacking.map(({ language }) => (
            <AddLanguage
              key={language}
              {...{ draft, at, go, language }}
              label={tongue(language)}
            />
          ))
        : null}
      {mayWrite ? <More {...{ draft, at, go }} /> : null}
    </>
  );
}

/** A language that is still missing: begun empty, or with the words of another. */
function AddLanguage(props: VariantsProps & { language: string; label: string }) {
  const { draft, at, go, language, label } = props;
  const { t } = useTranslation("templates");
  const tongue = useTongue();
  const { template } = draft;
  const channel = template.variants[at]?.channel ?? "";
  const add = (from?: Variant) => {
    draft.change(added(template, language, channel, from));
    go(language, channel);
  };
  return (
    <Menu withinPortal>
      <Menu.Target>
        <button type="button" className={styles.tongue} data-missing="">
          <IconPlus size={14} aria-hidden />
          {label}
          <span className="visually-hidden">{t("variants.missing")}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => add()}>{t("variants.beginEmpty")}</Menu.Item>
        <Menu.Divider />
        {template.variants
          .filter((one) => (one.channel ?? "") === channel)
          .map((one) => (
            <Menu.Item key={one.language} onClick={() => add(one)}>
              {t("variants.copyFrom", { from: tongue(one.language) })}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function AddChannel({
  draft,
  at,
  go,
  name,
}: VariantsProps & { name: (channel: string) => string }) {
  const { t } = useTranslation("templates");
  const { template } = draft;
  const language = template.variants[at]?.language ?? template.language ?? "en";
  const there = channelsOf(template);
  return (
    <Menu withinPortal>
      <Menu.Target>
        <Button variant="subtle" size="xs" leftSection={<IconPlus size={14} />}>
          {t("variants.addChannel")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {["", ...CHANNELS]
          .filter((one) => !there.includes(one))
          .map((one) => (
            <Menu.Item
              key={one}
              leftSection={one ? <ChannelIcon name={one} /> : null}
              onClick={() => {
                draft.change(added(template, language, one));
                go(language, one);
              }}
            >
              {name(one)}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function More({ draft, at, go }: VariantsProps) {
  const { t } = useTranslation("templates");
  const tongue = useTongue();
  const { i18n } = useTranslation();
  const { template } = draft;
  const channel = template.variants[at]?.channel ?? "";
  const there = template.variants.filter((one) => (one.channel ?? "") === channel);
  const others = tongues(i18n.language).filter(
    ({ value }) => !there.some((one) => one.language === value),
  );
  return (
    <Menu withinPortal position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t("variants.more")}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown className={styles.offered}>
        <Menu.Item
          color="red"
          disabled={template.variants.length < 2}
          onClick={() => {
            const before = template;
            const gone = template.variants[at];
            draft.change(without(template, at));
            done(t("variants.removed", { language: tongue(gone?.language ?? "") }), {
              label: t("undo"),
              act: () => draft.change(before),
            });
          }}
        >
          {t("variants.remove")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t("variants.addLanguage")}</Menu.Label>
        {others.map(({ value, label }) => (
          <Menu.Item
            key={value}
            onClick={() => {
              draft.change(added(template, value, channel));
              go(value, channel);
            }}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
