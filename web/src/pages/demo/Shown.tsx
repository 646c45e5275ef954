/** What the demo shop is, and the way back to one's own. */
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "~/app/session";
import { Confirm } from "~/kit/Confirm";
import { Note } from "~/kit/Note";
import { useDemoShop, useRemove } from "./data";
import styles from "./demo.module.css";

export function Shown() {
  const { t } = useTranslation("demo");
  const { data: demo } = useDemoShop();
  const mayRemove = useMay("team");
  const [asking, setAsking] = useState(false);
  const remove = useRemove();
  if (demo?.state !== "shown") {
    return <Note title={t("shown")}>{t("shownAbout")}</Note>;
  }
  return (
    <Note title={t("shown")}>
      <div className={styles.shown}>
        <span>
          {t("shownAbout")} {t(demo.beside ? "behind" : "byHand", { folder: demo.folder })}
        </span>
        {demo.beside && mayRemove ? (
          <Button
            variant="default"
            size="xs"
            onClick={() => {
              setAsking(true);
            }}
          >
            {t("remove")}
          </Button>
        ) : null}
      </div>
      <Confirm
        opened={asking}
        title={t("removing")}
        action={t("remove")}
        busy={remove.isPending}
        onClose={() => {
          setAsking(false);
        }}
        onConfirm={() => {
          remove.mutate();
        }}
      >
        <p>{t("removingAbout")}</p>
      </Confirm>
    </Note>
  );
}
