/** A picture, video or file by its address on the web, as channels take them. */
import { Button, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./replies.module.css";
import type { Media } from "./sending";

const KINDS = ["picture", "video", "file"] as const;
const ADDRESS = /^https:\/\/\S+$/;

interface AttachProps {
  onAttach: (media: Media) => void;
  onClose: () => void;
}

export function Attach({ onAttach, onClose }: AttachProps) {
  const { t } = useTranslation("replies");
  const [kind, setKind] = useState<Media["kind"]>("picture");
  const [url, setUrl] = useState("");
  const [asked, setAsked] = useState(false);
  const fits = ADDRESS.test(url.trim());
  const attach = () => {
    setAsked(true);
    if (fits) {
      const name = url.trim().split(/[?#]/)[0]?.split("/").pop() ?? "";
      onAttach({ kind, url: url.trim(), name: name.slice(0, 200) });
    }
  };
  return (
    <fieldset className={styles.attach}>
      <legend className="visually-hidden">{t("attach.title")}</legend>
      <Select
        label={t("attach.kind")}
        data={KINDS.map((one) => ({ value: one, label: t(`media.${one}`) }))}
        value={kind}
        onChange={(one) => setKind((one as Media["kind"] | null) ?? "picture")}
        allowDeselect={false}
        w={130}
      />
      <TextInput
        label={t("attach.address")}
        placeholder="https://"
        value={url}
        error={asked && !fits ? t("attach.wrong") : null}
        onChange={(event) => setUrl(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            attach();
          }
        }}
        className={styles.attachUrl}
      />
      <Button onClick={attach}>{t("attach.add")}</Button>
      <Button variant="subtle" onClick={onClose}>
        {t("cancel")}
      </Button>
    </fieldset>
  );
}
