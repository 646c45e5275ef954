/** Those of another segment, and a seeded share of everybody. */
import { NumberInput, Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useKnown } from "../known";
import { changed } from "../language";
import type { FieldsProps } from "./fields";

type Change = Pick<FieldsProps, "of" | "onChange">;

export function Member({ of, onChange }: Change) {
  const { t } = useTranslation("segments");
  const known = useKnown();
  const name = String(of.segment);
  return (
    <>
      <span>{t("kind.segment")}</span>
      <Select
        aria-label={t("segment")}
        placeholder={t("segmentWhich")}
        w={260}
        searchable
        data={[...new Set(name ? [...known.segments, name] : known.segments)]}
        value={name || null}
        nothingFoundMessage={t("nothing")}
        onChange={(next) => onChange({ segment: next ?? name })}
      />
    </>
  );
}

export function Share({ of, onChange }: Change) {
  const { t } = useTranslation("segments");
  const percent = (value: unknown) => (typeof value === "number" ? value : "");
  return (
    <>
      <span>{t("kind.share")}</span>
      <NumberInput
        aria-label={t("kind.share")}
        w={90}
        min={0}
        max={100}
        suffix=" %"
        hideControls
        value={percent(of.share)}
        onChange={(share) => onChange({ ...of, share: Number(share) || 1 })}
      />
      <TextInput
        aria-label={t("salt")}
        placeholder={t("salt")}
        title={t("saltAbout")}
        w={160}
        value={String(of.salt)}
        onChange={(event) => onChange({ ...of, salt: event.currentTarget.value })}
      />
      <NumberInput
        aria-label={t("shareStart")}
        prefix={`${t("shareStart")} `}
        w={170}
        min={0}
        max={99}
        suffix=" %"
        hideControls
        value={percent(of.start ?? 0)}
        onChange={(start) => onChange(changed(of, { start: Number(start) || undefined }))}
      />
    </>
  );
}
