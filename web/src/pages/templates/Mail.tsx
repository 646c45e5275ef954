/** A variant that is a mail: subject and preheader, its body as blocks or code, and its plain text. */
import { Alert, Button, SegmentedControl, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { done } from "~/kit/notices";
import type { Shown } from "~/kit/preview/screen";
import { CHOSEN } from "./BlockBody";
import { Blocks } from "./Blocks";
import { blocksOf, sourceOf } from "./blocks";
import { Code } from "./Code";
import styles from "./edit.module.css";
import { useEditing } from "./editing";
import { Field } from "./Field";
import { changed, type Template, type Variant, type Way } from "./template";

export interface VariantProps {
  variant: Variant;
  /** `variants[2]` */
  place: string;
  shown: Shown | undefined;
  /**
   * `where` is the field that is written, so that a word is one step of undo; `facts` are declared
   * for the whole template where they are not yet.
   */
  onChange: (variant: Variant, where?: string, facts?: Template["facts"]) => void;
}

const wayOf = (variant: Variant): Way =>
  variant.mjml !== undefined
    ? blocksOf(variant.mjml)
      ? "blocks"
      : "mjml"
    : variant.html
      ? "html"
      : variant.text
        ? "text"
        : "blocks";

const SUBJECT_ROOM = 60;
const PREHEADER_ROOM = 100;

export function Mail(props: VariantProps) {
  const { variant, place, shown, onChange } = props;
  const { t } = useTranslation("templates");
  const [chosen, choose] = useState<Way | null>(null);
  const way = chosen ?? wayOf(variant);
  const set = (some: Partial<Variant>, where: string) => onChange(changed(variant, some), where);
  const seen = shown?.preview;
  return (
    <div className={styles.fields}>
      <Field
        label={t("mail.subject")}
        place={`${place}.subject`}
        value={variant.subject ?? ""}
        seen={seen?.subject}
        room={SUBJECT_ROOM}
        onChange={(subject) => set({ subject }, "subject")}
      />
      <Field
        label={t("mail.preheader")}
        about={t("mail.preheaderAbout")}
        place={`${place}.preheader`}
        value={variant.preheader ?? ""}
        seen={seen?.preheader}
        room={PREHEADER_ROOM}
        onChange={(preheader) => set({ preheader }, "preheader")}
      />
      <SegmentedControl
        aria-label={t("mail.way")}
        value={way}
        onChange={(next) => choose(next as Way)}
        data={(["blocks", "mjml", "html", "text"] as const).map((one) => ({
          value: one,
          label: t(`mail.ways.${one}`),
        }))}
      />
      <Body {...props} way={way} set={set} onWay={choose} />
    </div>
  );
}

interface BodyProps extends VariantProps {
  way: Way;
  set: (some: Partial<Variant>, where: string) => void;
  onWay: (way: Way) => void;
}

function Body({ variant, place, way, set, onChange, onWay }: BodyProps) {
  const { t } = useTranslation("templates");
  const written = variant.mjml ?? (variant.html || variant.text ? null : sourceOf([]));
  const blocks = written === null ? null : blocksOf(written);
  switch (way) {
    case "blocks":
      return blocks ? (
        <Blocks
          blocks={blocks}
          onChange={(next, where, fact) => {
            const declared = fact && CHOSEN[fact];
            onChange(
              changed(variant, { mjml: sourceOf(next), html: "" }),
              where,
              declared ? { [fact]: declared } : {},
            );
          }}
        />
      ) : (
        <BeginAgain
          title={t("mail.noBlocks")}
          label={t("mail.beginBlocks")}
          {...{ variant, onChange }}
          some={{ mjml: sourceOf([{ kind: "text", text: "" }]), html: "" }}
          then={() => onWay("blocks")}
        />
      );
    case "mjml":
      return variant.html && variant.mjml === undefined ? (
        <BeginAgain
          title={t("mail.noMjml")}
          label={t("mail.beginMjml")}
          {...{ variant, onChange }}
          some={{ mjml: sourceOf([]), html: "" }}
          then={() => onWay("mjml")}
        />
      ) : (
        <Code
          label="MJML"
          language="html"
          place={`${place}.mjml`}
          value={variant.mjml ?? ""}
          onChange={(mjml) => set({ mjml, html: "" }, "mjml")}
        />
      );
    case "html":
      return variant.mjml !== undefined ? (
        <BeginAgain
          title={t("mail.isMjml")}
          label={t("mail.makeHtml")}
          {...{ variant, onChange }}
          some={{ mjml: undefined, html: (variant.html ?? "").replace(SEAL, "") }}
          then={() => onWay("html")}
        />
      ) : (
        <Code
          label="HTML"
          language="html"
          place={`${place}.html`}
          value={variant.html ?? ""}
          onChange={(html) => set({ html }, "html")}
        />
      );
    case "text":
      return (
        <Field
          label={t("mail.text")}
          about={variant.html || variant.mjml ? t("mail.textAbout") : undefined}
          rows={10}
          place={`${place}.text`}
          value={variant.text ?? ""}
          onChange={(text) => set({ text }, "text")}
        />
      );
  }
}

/** What the compiler of MJML puts at the end of its HTML. */
const SEAL = /<!--mjml:[0-9a-f]{16}-->\s*$/;

interface BeginAgainProps {
  title: string;
  label: string;
  variant: Variant;
  some: Partial<Variant>;
  onChange: (variant: Variant) => void;
  then: () => void;
}

/** The body is written in another way: it is begun anew in this one, which can be undone. */
function BeginAgain({ title, label, variant, some, onChange, then }: BeginAgainProps) {
  const { t } = useTranslation("templates");
  const { mayWrite } = useEditing();
  return (
    <Alert color="gray" title={title}>
      <Text mb={12}>{t("mail.canUndo")}</Text>
      <Button
        variant="default"
        disabled={!mayWrite}
        onClick={() => {
          onChange(changed(variant, some));
          then();
          done(label, { label: t("undo"), act: () => onChange(variant) });
        }}
      >
        {label}
      </Button>
    </Alert>
  );
}
