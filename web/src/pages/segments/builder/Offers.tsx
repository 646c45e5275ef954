/** What else a condition may say: a small menu at the end of its line. */
import { ActionIcon, Menu } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

export interface Offer {
  key: string;
  label: string;
  add: () => void;
}

export function Offers({ offers }: { offers: readonly Offer[] }) {
  const { t } = useTranslation("segments");
  return offers.length === 0 ? null : (
    <Menu position="bottom-start">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={28} aria-label={t("sayMore")}>
          <IconPlus size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {offers.map(({ key, label, add }) => (
          <Menu.Item key={key} onClick={add}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
