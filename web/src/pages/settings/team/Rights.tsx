/** What somebody may in each area of the work: as their role has it, or otherwise. */
import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "~/api/client";
import styles from "../settings.module.css";

export type Role = Schemas["Role"];
export type Level = Schemas["Level"];
export type Own = Readonly<Record<string, Level>>;

export const ROLES: readonly Role[] = ["owner", "engineer", "marketer", "operator", "analyst"];
export const AREAS = [
  "reports",
  "people",
  "content",
  "sending",
  "conversations",
  "shop",
  "data",
  "privacy",
  "settings",
  "team",
] as const;
const LEVELS: readonly Level[] = [0, 1, 2];

interface RightsProps {
  own: Own;
  onChange: (own: Own) => void;
}

export function Rights({ own, onChange }: RightsProps) {
  const { t } = useTranslation("settings");
  return (
    <div className={styles.fields}>
      {AREAS.map((area) => (
        <Select
          key={area}
          size="xs"
          label={t(`team.area.${area}`)}
          value={area in own ? String(own[area]) : ""}
          data={[
            { value: "", label: t("team.asRole") },
            ...LEVELS.map((level) => ({ value: String(level), label: t(`team.level.${level}`) })),
          ]}
          allowDeselect={false}
          onChange={(next) => {
            const { [area]: _, ...rest } = own;
            const level = LEVELS.find((one) => String(one) === next);
            onChange(level === undefined ? rest : { ...rest, [area]: level });
          }}
        />
      ))}
    </div>
  );
}
