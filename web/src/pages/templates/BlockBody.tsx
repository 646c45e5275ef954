/** What is written in one block of a mail. */
import { NumberInput, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Block } from "./blocks";
import styles from "./edit.module.css";
import { useEditing } from "./editing";
import { Field } from "./Field";

/** The fact by which a product is chosen. */
export const factOf = (block: Block) =>
  block.kind === "product" ? /^facts\.(\w+)$/.exec(block.id)?.[1] : undefined;

interface BodyProps {
  block: Block;
  onChange: (block: Block, fact?: string) => void;
}

export function BlockBody({ block, onChange }: BodyProps) {
  const { t } = useTranslation("templates");
  switch (block.kind) {
    case "heading":
      return <Words block={block} onChange={onChange} rows={1} />;
    case "text":
      return <Words block={block} onChange={onChange} rows={3} about={t("blocks.textAbout")} />;
    case "image":
      return (
        <div className={styles.pair}>
          <Field label={t("blocks.src")} value={block.src} onChange={(src) => onChange({ ...block, src })} />
          <Field label={t("blocks.alt")} value={block.alt} onChange={(alt) => onChange({ ...block, alt })} />
          <Field label={t("blocks.href")} value={block.href} onChange={(href) => onChange({ ...block, href })} />
        </div>
      );
    case "button":
      return (
        <div className={styles.pair}>
          <Field label={t("blocks.label")} value={block.text} onChange={(text) => onChange({ ...block, text })} />
          <Field label={t("blocks.href")} value={block.href} onChange={(href) => onChange({ ...block, href })} />
        </div>
      );
    case "product":
      return <Product block={block} onChange={onChange} />;
    case "spacer":
      return (
        <NumberInput
          label={t("blocks.height")}
          value={block.height}
          min={4}
          max={200}
          step={4}
          suffix=" px"
          onChange={(height) => onChange({ ...block, height: Number(height) || 4 })}
        />
      );
    case "divider":
      return null;
    case "code":
      return (
        <Field label={t("blocks.source")} value={block.source} rows={4} onChange={(source) => onChange({ ...block, source })} />
      );
  }
} // biome-ignore format: a row each

interface WordsProps {
  block: Extract<Block, { kind: "heading" | "text" }>;
  onChange: (block: Block) => void;
  rows: number;
  about?: string;
}

function Words({ block, onChange, rows, about }: WordsProps) {
  const { t } = useTranslation("templates");
  return (
    <Field
      label={t("blocks.words")}
      value={block.text}
      rows={rows}
      about={about}
      onChange={(text) => onChange({ ...block, text })}
    />
  );
}

/** Facts by which a product is chosen, as they are declared for a new block. */
export const CHOSEN: Record<string, Record<string, unknown>> = {
  looked_at: { last: "Product Viewed", of: "product_id", within: "30 days" },
  left: { last: "Product Added", of: "product_id", within: "14 days" },
};

interface ProductProps extends BodyProps {
  block: Extract<Block, { kind: "product" }>;
}

function Product({ block, onChange }: ProductProps) {
  const { t } = useTranslation("templates");
  const { facts } = useEditing();
  const names = [...new Set([...Object.keys(CHOSEN), ...facts])];
  const fact = factOf(block);
  const own = "own";
  return (
    <div className={styles.pair}>
      <Select
        label={t("blocks.which")}
        allowDeselect={false}
        value={fact ?? own}
        data={[
          ...names.map((name) => ({
            value: name,
            label: name in CHOSEN ? t(`blocks.chosen.${name}`) : `facts.${name}`,
          })),
          { value: own, label: t("blocks.chosen.own") },
        ]}
        onChange={(name) => {
          if (name && name !== own) {
            onChange({ ...block, id: `facts.${name}` }, name);
          } else {
            onChange({ ...block, id: "''" });
          }
        }}
      />
      {fact ? null : (
        <Field
          label={t("blocks.productId")}
          bare
          value={block.id.replace(/^'|'$/g, "")}
          onChange={(id) => onChange({ ...block, id: `'${id.replace(/'/g, "")}'` })}
        />
      )}
      <Field
        label={t("blocks.label")}
        value={block.label}
        onChange={(label) => onChange({ ...block, label })}
      />
    </div>
  );
}
