/** An audience for this campaign alone: a few conditions that must all hold, said in words. */
import { ActionIcon, Button, Popover, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { conditionOf } from "~/pages/people/conditions";
import { FilterForm } from "~/pages/people/FilterForm";
import type { Condition } from "../definition";
import styles from "./steps.module.css";

interface QuickAudienceProps {
  where: Condition[];
  onChange: (where: Condition[]) => void;
}

export function QuickAudience({ where, onChange }: QuickAudienceProps) {
  const { t } = useTranslation("campaigns");
  const [opened, { toggle, close }] = useDisclosure(false);
  return (
    <div>
      {where.length === 0 ? <Text c="dimmed">{t("who.quickEmpty")}</Text> : null}
      <ul className={styles.conditions}>
        {where.map((one, n) => (
          <Said
            key={JSON.stringify(one)}
            of={one}
            onRemove={() => onChange(where.toSpliced(n, 1))}
          />
        ))}
      </ul>
      <Popover opened={opened} onChange={close} position="bottom-start" trapFocus shadow="md">
        <Popover.Target>
          <Button variant="default" leftSection={<IconPlus size={16} />} onClick={toggle}>
            {t("who.addCondition")}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          {opened ? (
            <FilterForm
              onDone={(filter) => {
                onChange([...where, conditionOf(filter)]);
                close();
              }}
            />
          ) : null}
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}

/** A condition in the words of the server, and its cross. */
function Said({ of, onRemove }: { of: Condition; onRemove: () => void }) {
  const { t, i18n } = useTranslation("campaigns");
  const said = useQuery({
    queryKey: ["segments", "says", of],
    queryFn: () =>
      body(
        api.POST("/api/segments/check", { body: { definition: { id: "quick", where: [of] } } }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const words =
    said.data?.says[i18n.language] ?? said.data?.says.en ?? (said.isError ? t("who.odd") : "…");
  return (
    <li>
      <span>{words}</span>
      <ActionIcon
        size={24}
        variant="subtle"
        color="gray"
        aria-label={t("who.removeCondition", { condition: words })}
        onClick={onRemove}
      >
        <IconX size={14} />
      </ActionIcon>
    </li>
  );
}
