/** The list's filters as pills: each is changed by pressing it, and taken away by its cross. */
import {
  ActionIcon,
  Button,
  Group,
  Popover,
  Stack,
  TextInput,
  UnstyledButton,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCalendar, IconFilter, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactElement, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { day } from "~/app/format";
import { useMay } from "~/app/session";
import { useChannelName } from "~/kit/channels";
import { conditionOf, type Filter, filterOf, isBare } from "./conditions";
import styles from "./FilterBar.module.css";
import { FilterForm } from "./FilterForm";
import { type Asked, type Condition, isNarrow } from "./search";
import { useTopics, useTraitName, useValue } from "./words";

interface FilterBarProps {
  asked: Asked;
  onChange: (change: Partial<Asked>) => void;
  onClear: () => void;
}

export function FilterBar({ asked, onChange, onClear }: FilterBarProps) {
  const { t } = useTranslation("people");
  const put = (where: Condition[]) => onChange({ where });
  return (
    <Group gap={8} role="group" aria-label={t("filters")}>
      {asked.where.map((condition, n) => (
        <ConditionPill
          key={JSON.stringify(condition)}
          condition={condition}
          onChange={(next) => put(asked.where.toSpliced(n, 1, next))}
          onRemove={() => put(asked.where.toSpliced(n, 1))}
        />
      ))}
      <CreatedPill asked={asked} onChange={onChange} />
      <Floating
        target={(toggle) => (
          <Button
            variant="default"
            leftSection={<IconFilter size={14} aria-hidden />}
            onClick={toggle}
          >
            {t("filter.new")}
          </Button>
        )}
      >
        {(close) => (
          <FilterForm
            onDone={(filter) => {
              put([...asked.where, conditionOf(filter)]);
              close();
            }}
          />
        )}
      </Floating>
      {isNarrow(asked) ? (
        <Button variant="subtle" onClick={onClear}>
          {t("filter.clear")}
        </Button>
      ) : null}
    </Group>
  );
}

interface FloatingProps {
  /** The button that opens it. */
  target: (toggle: () => void) => ReactElement;
  children: (close: () => void) => ReactNode;
}

/** A form that opens below what was pressed. */
function Floating({ target, children }: FloatingProps) {
  const [opened, { toggle, close }] = useDisclosure(false);
  return (
    <Popover opened={opened} onChange={close} position="bottom-start" trapFocus shadow="md">
      <Popover.Target>{target(toggle)}</Popover.Target>
      <Popover.Dropdown>{opened ? children(close) : null}</Popover.Dropdown>
    </Popover>
  );
}

interface ConditionPillProps {
  condition: Condition;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

function ConditionPill({ condition, onChange, onRemove }: ConditionPillProps) {
  const filter = filterOf(condition);
  const says = useSays();
  if (!filter) {
    return <Pressed words={<OtherWords condition={condition} />} onRemove={onRemove} />;
  }
  return (
    <Pressed words={says(filter)} onRemove={onRemove}>
      {(close) => (
        <FilterForm
          filter={filter}
          onDone={(next) => {
            onChange(conditionOf(next));
            close();
          }}
        />
      )}
    </Pressed>
  );
}

/** What a condition says that no form of ours can write: the server's sentence about it. */
function OtherWords({ condition }: { condition: Condition }) {
  const { i18n } = useTranslation("people");
  const may = useMay("content", 1);
  const { data } = useQuery({
    queryKey: ["condition", condition],
    queryFn: () =>
      body(
        api.POST("/api/segments/check", {
          body: { definition: { kind: "segment", id: "filter", where: [condition] } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: may,
  });
  return data?.says[i18n.language] ?? data?.says.en ?? JSON.stringify(condition);
}

interface PressedProps {
  words: ReactNode;
  onRemove: () => void;
  /** The form that opens where the words are pressed; without one they only stand there. */
  children?: (close: () => void) => ReactNode;
}

/** A filter in words, with a cross. */
function Pressed({ words, onRemove, children }: PressedProps) {
  const { t } = useTranslation("people");
  return (
    <span className={styles.pill}>
      {children ? (
        <Floating
          target={(toggle) => (
            <UnstyledButton className={styles.words} onClick={toggle}>
              {words}
            </UnstyledButton>
          )}
        >
          {children}
        </Floating>
      ) : (
        <span className={styles.words}>{words}</span>
      )}
      <ActionIcon
        size={24}
        radius="xl"
        variant="subtle"
        color="gray"
        onClick={onRemove}
        aria-label={
          typeof words === "string" ? t("filter.remove", { filter: words }) : t("filter.removeIt")
        }
      >
        <IconX size={13} />
      </ActionIcon>
    </span>
  );
}

/** Since and until when people are known: always there, because it needs no condition. */
function CreatedPill({ asked, onChange }: Omit<FilterBarProps, "onClear">) {
  const { t } = useTranslation("people");
  const { since, until } = asked;
  const words = [
    since && t("created.since", { day: day(since, "UTC") }),
    until && t("created.until", { day: day(until, "UTC") }),
  ];
  const days = (close: () => void) => (
    <DaysForm
      since={since}
      until={until}
      onDone={(chosen) => {
        onChange(chosen);
        close();
      }}
    />
  );
  if (since || until) {
    return (
      <Pressed
        words={words.filter(Boolean).join(", ")}
        onRemove={() => onChange({ since: "", until: "" })}
      >
        {days}
      </Pressed>
    );
  }
  return (
    <Floating
      target={(toggle) => (
        <Button
          variant="default"
          leftSection={<IconCalendar size={14} aria-hidden />}
          onClick={toggle}
        >
          {t("created.new")}
        </Button>
      )}
    >
      {days}
    </Floating>
  );
}

interface DaysFormProps {
  since: string;
  until: string;
  onDone: (days: { since: string; until: string }) => void;
}

function DaysForm({ onDone, ...given }: DaysFormProps) {
  const { t } = useTranslation("people");
  const [days, choose] = useState(given);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onDone(days);
      }}
    >
      <Stack gap={10}>
        <TextInput
          type="date"
          label={t("created.from")}
          value={days.since}
          max={days.until || undefined}
          onChange={(event) => choose({ ...days, since: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          label={t("created.to")}
          value={days.until}
          min={days.since || undefined}
          onChange={(event) => choose({ ...days, until: event.currentTarget.value })}
        />
        <Button type="submit">{t("created.apply")}</Button>
      </Stack>
    </form>
  );
}

/** A filter in a few words. */
function useSays(): (filter: Filter) => string {
  const { t } = useTranslation("people");
  const value = useValue();
  const traitName = useTraitName();
  const channelName = useChannelName();
  const topics = useTopics();
  return (filter) => {
    switch (filter.kind) {
      case "trait": {
        const compared = t(`compare.${filter.compare}`);
        const said = isBare(filter.compare) ? "" : ` ${value(filter.value)}`;
        return `${traitName(filter.trait)} ${compared}${said}`;
      }
      case "consent": {
        const topic = topics?.find((one) => one.id === filter.topic)?.name ?? filter.topic;
        const where = channelName(filter.channel);
        return `${topic} · ${where}: ${t(`state.${filter.state}`)}`;
      }
      case "reachable":
        return t("filter.reachableBy", { channel: channelName(filter.channel) });
      case "segment":
        return t("filter.inSegment", { segment: filter.segment });
    }
  };
}
