/** The menu of new conditions, by what they are about. */
import { Button, Menu } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { type Condition, fresh, OFFERED } from "../language";

interface AddProps {
  onAdd: (condition: Condition) => void;
  /** The one thing to do here. */
  primary?: boolean;
}

export function Add({ onAdd, primary }: AddProps) {
  const { t } = useTranslation("segments");
  return (
    <Menu position="bottom-start" width={290}>
      <Menu.Target>
        <Button
          variant={primary ? "filled" : "default"}
          size="sm"
          leftSection={<IconPlus size={16} aria-hidden />}
          style={{ justifySelf: "start" }}
        >
          {t("add")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: "auto" }}>
        {Object.entries(OFFERED).map(([group, kinds]) => (
          <Fragment key={group}>
            <Menu.Label>{t(`offer.${group}`)}</Menu.Label>
            {kinds.map((kind) => (
              <Menu.Item key={kind} onClick={() => onAdd(fresh(kind))}>
                {t(`begin.${kind}`)}
              </Menu.Item>
            ))}
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
