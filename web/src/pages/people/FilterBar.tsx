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
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { day } from "~/app/format";
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
            size="compact-sm"
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
        <Button variant="subtle" size="compact-sm" onClick={onClear}>
          {t("filter.clear")}
        </Button>
      ) : null}
    </Group>
  );
}

interface FloatingProps {
  target: (toggle: () => void) => ReactNode;
  children: (close: () => void) => ReactNode;
}

/** A form that opens below what was pressed. */
function Floating({ target, children }: FloatingProps) {
  const [opened, { toggle, close }] = useDisclosure(false);
  return (
    <Popover opened={opened} onChange={close} position="bottom-start" trapFocus shadow="md">
      <Popover.Target>
        <span>{target(toggle)}</span>
      </Popover.Target>
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
  const said = filter ? says(filter) : JSON.stringify(condition);
  return (
    <Floating
      target={(toggle) => <Said words={said} onPress={filter && toggle} onRemove={onRemove} />}
    >
      {(close) =>
        filter ? (
          <FilterForm
            filter={filter}
            onDone={(next) => {
              onChange(conditionOf(next));
              close();
            }}
          />
        ) : null
      }
    </Floating>
  );
}

interface SaidProps {
  words: string;
  onPress: (() => void) | null;
  onRemove: () => void;
}

function Said({ words, onPress, onRemove }: SaidProps) {
  const { t } = useTranslation("people");
  return (
    <span className={styles.pill}>
      <UnstyledButton className={styles.words} disabled={!onPress} onClick={onPress ?? undefined}>
        {words}
      </UnstyledButton>
      <ActionIcon
        size={24}
        radius="xl"
        variant="subtle"
        color="gray"
        onClick={onRemove}
        aria-label={t("filter.remove", { filter: words })}
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
  return (
    <Floating
      target={(toggle) =>
        since || until ? (
          <Said
            words={words.filter(Boolean).join(", ")}
            onPress={toggle}
            onRemove={() => onChange({ since: "", until: "" })}
          />
        ) : (
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconCalendar size={14} aria-hidden />}
            onClick={toggle}
          >
            {t("created.new")}
          </Button>
        )
      }
    >
      {() => (
        <Stack gap={10}>
          <TextInput
            type="date"
            label={t("created.from")}
            value={since}
            max={until || undefined}
            onChange={(event) => onChange({ since: event.currentTarget.value })}
          />
          <TextInput
            type="date"
            label={t("created.to")}
            value={until}
            min={since || undefined}
            onChange={(event) => onChange({ until: event.currentTarget.value })}
          />
        </Stack>
      )}
    </Floating>
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
