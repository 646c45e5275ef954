/** A mail as blocks, one below the other: each is written in its place, moved, doubled, taken out. */
import { ActionIcon, Button, Menu } from "@mantine/core";
import {
  IconArrowDown,
  IconArrowUp,
  IconCode,
  IconCopy,
  IconGripVertical,
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
import { type ComponentType, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { BlockBody, factOf } from "./BlockBody";
import { type Block, fresh, KINDS, moved } from "./blocks";
import styles from "./edit.module.css";
import { useEditing } from "./editing";
import { follow, Place, Sorting } from "./Sorting";

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
  const [said, say] = useState("");
  const put = (at: number, block: Block, fact?: string) =>
    onChange(
      blocks.map((one, n) => (n === at ? block : one)),
      `block ${at}`,
      fact,
    );
  const names = blocks.map(({ kind }) => t(`blocks.kind.${kind}`));
  const move = (from: number, to: number) => onChange(moved(blocks, from, to));
  const shift = (from: number, to: number, by: Element, button: keyof Acts) => {
    move(from, to);
    follow(by.closest("ol"), to, button);
    say(t("blocks.sorting.put", { block: names[from], n: to + 1, of: blocks.length }));
  };
  const act = (at: number): Acts => ({
    up: (by) => shift(at, at - 1, by, "up"),
    down: (by) => shift(at, at + 1, by, "down"),
    double: () => onChange(blocks.flatMap((one, n) => (n === at ? [one, one] : [one]))),
    remove: () => onChange(blocks.filter((_, n) => n !== at)),
  });
  return (
    <div>
      <Sorting
        names={names}
        onMove={move}
        dragged={(at) => (
          <span className={styles.dragged}>
            <IconGripVertical size={16} aria-hidden />
            {names[at]}
          </span>
        )}
      >
        {blocks.map((block, at) => (
          <Place
            // biome-ignore lint/suspicious/noArrayIndexKey: a block is nothing but its place
            key={at}
            at={at}
          >
            {(handle) => (
              <>
                <Head
                  kind={block.kind}
                  at={at}
                  last={at === blocks.length - 1}
                  act={act(at)}
                  handle={handle}
                />
                <BlockBody block={block} onChange={(next, fact) => put(at, next, fact)} />
              </>
            )}
          </Place>
        ))}
      </Sorting>
      <div role="status" className="visually-hidden">
        {said}
      </div>
      {mayWrite ? (
        <Add onAdd={(begun) => onChange([...blocks, begun], "", factOf(begun))} />
      ) : null}
    </div>
  );
}

function Add({ onAdd }: { onAdd: (block: Block) => void }) {
  const { t } = useTranslation("templates");
  return (
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
              onClick={() => onAdd(fresh(kind))}
            >
              {t(`blocks.kind.${kind}`)}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

/** What is done to a block, given the button that was pressed. */
type Acts = Record<"up" | "down" | "double" | "remove", (by: Element) => void>;

interface HeadProps {
  kind: Kind;
  at: number;
  last: boolean;
  act: Acts;
  handle: ReactNode;
}

function Head({ kind, at, last, act, handle }: HeadProps) {
  const { t } = useTranslation("templates");
  const { mayWrite } = useEditing();
  const Icon = ICONS[kind];
  const button = (name: keyof Acts, Mark: typeof IconArrowUp, off = false) => (
    <ActionIcon
      variant="subtle"
      color="gray"
      disabled={off}
      data-act={name}
      onClick={(event) => act[name](event.currentTarget)}
      aria-label={t(`blocks.${name}`, { n: at + 1 })}
    >
      <Mark size={16} />
    </ActionIcon>
  );
  return (
    <header className={styles.blockHead}>
      {mayWrite ? handle : null}
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
