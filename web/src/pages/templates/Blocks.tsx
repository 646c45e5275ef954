/** A mail as blocks, one below the other: each is written in its place, moved, doubled, taken out. */
import { ActionIcon, Button, Menu, NumberInput, Select } from "@mantine/core";
import {
  IconArrowDown,
  IconArrowUp,
  IconCode,
  IconCopy,
  IconHeading,
  IconMinus,
  IconPhoto,
  IconPlus,
  IconPointer,
  IconShoppingBag,
  IconSpacingVertical,
  IconTextSize,
  IconTrash,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { type Block, fresh, KINDS, moved } from "./blocks";
import styles from "./edit.module.css";
import { useEditing } from "./editing";
import { Field } from "./Field";

type Kind = Block["kind"];

const ICONS: Record<Kind, ComponentType<{ size?: number; "aria-hidden"?: boolean }>> = {
  heading: IconHeading,
  text: IconTextSize,
  image: IconPhoto,
  button: IconPointer,
  product: IconShoppingBag,
  spacer: IconSpacingVertical,
  divider: IconMinus,
  code: IconCode,
};

interface BlocksProps {
  blocks: readonly Block[];
  /**
   * `place` names the block that is written, so that a word is one step of undo; `fact` is one by
   * which a product is chosen, to be declared where it is not yet.
   */
  onChange: (blocks: Block[], place?: string, fact?: string) => void;
}

export function Blocks({ blocks, onChange }: BlocksProps) {
  const { t } = useTranslation("templates");
  const { mayWrite } = useEditing();
  const put = (at: number, block: Block, fact?: string) =>
    onChange(
      blocks.map((one, n) => (n === at ? block : one)),
      `block ${at}`,
      fact,
    );
  const act = (at: number): Record<"up" | "down" | "double" | "remove", () => void> => ({
    up: () => onChange(moved(blocks, at, at - 1)),
    down: () => onChange(moved(blocks, at, at + 1)),
    double: () => onChange(blocks.flatMap((one, n) => (n === at ? [one, one] : [one]))),
    remove: () => onChange(blocks.filter((_, n) => n !== at)),
  });
  return (
    <div>
      <ol className={styles.blocks}>
        {blocks.map((block, at) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a block is nothing but its place
            key={at}
            className={styles.block}
          >
            <Head kind={block.kind} at={at} last={at === blocks.length - 1} act={act(at)} />
            <Body block={block} onChange={(next, fact) => put(at, next, fact)} />
          </li>
        ))}
      </ol>
      {mayWrite ? (
        <Menu withinPortal position="bottom-start">
          <Menu.Target>
            <Button variant="default" leftSection={<IconPlus size={16} />}>
              {t("blocks.add")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {KINDS.map((kind) => {
              const Icon = ICONS[kind];
              return (
                <Menu.Item
                  key={kind}
                  leftSection={<Icon size={16} aria-hidden />}
                  onClick={() => {
                    const begun = fresh(kind);
                    onChange([...blocks, begun], "", factOf(begun));
                  }}
                >
                  {t(`blocks.kind.${kind}`)}
                </Menu.Item>
              );
            })}
          </Menu.Dropdown>
        </Menu>
      ) : null}
    </div>
  );
}

interface HeadProps {
  kind: Kind;
  at: number;
  last: boolean;
  act: Record<"up" | "down" | "double" | "remove", () => void>;
}

function Head({ kind, at, last, act }: HeadProps) {
  const { t } = useTranslation("templates");
  const { mayWrite } = useEditing();
  const Icon = ICONS[kind];
  const button = (name: keyof HeadProps["act"], Mark: typeof IconArrowUp, off = false) => (
    <ActionIcon
      variant="subtle"
      color="gray"
      disabled={off}
      onClick={act[name]}
      aria-label={t(`blocks.${name}`, { n: at + 1 })}
    >
      <Mark size={16} />
    </ActionIcon>
  );
  return (
    <header className={styles.blockHead}>
      <Icon size={16} aria-hidden />
      <h2>{t(`blocks.kind.${kind}`)}</h2>
      {mayWrite ? (
        <div className={styles.blockActs}>
          {button("up", IconArrowUp, at === 0)}
          {button("down", IconArrowDown, last)}
          {button("double", IconCopy)}
          {button("remove", IconTrash)}
        </div>
      ) : null}
    </header>
  );
}

/** The fact by which a product is chosen. */
const factOf = (block: Block) =>
  block.kind === "product" ? /^facts\.(\w+)$/.exec(block.id)?.[1] : undefined;

interface BodyProps {
  block: Block;
  onChange: (block: Block, fact?: string) => void;
}

function Body({ block, onChange }: BodyProps) {
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
