/** Blocks are put elsewhere by mouse, finger or keyboard; a line shows where, words say it aloud. */
import {
  type CollisionDetection,
  DndContext,
  DragOverlay,
  type KeyboardCoordinateGetter,
  KeyboardSensor,
  PointerSensor,
  type UniqueIdentifier,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { ActionIcon } from "@mantine/core";
import { IconGripVertical } from "@tabler/icons-react";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./edit.module.css";
import { aimed, stepped } from "./sorting";

/** So far a pointer goes before it drags: a press is no drag. */
const START_PX = 4;

/** The block at the height of the pointer, or where the keyboard has put the one that moves. */
const under: CollisionDetection = ({ pointerCoordinates, collisionRect, droppableRects }) => {
  const id = aimed(pointerCoordinates?.y ?? collisionRect.top, droppableRects);
  return id === null ? [] : [{ id }];
};

/** An arrow goes to the next block, however high the blocks are. */
const step: KeyboardCoordinateGetter = (event, { active, context: { over, droppableRects } }) => {
  const to = stepped(event.code, Number(over?.id ?? active));
  if (to === null) {
    return undefined;
  }
  event.preventDefault();
  const rect = droppableRects.get(String(to));
  return rect && { x: rect.left, y: rect.top };
};

interface SortingProps {
  /** What each block is, in words. */
  names: readonly string[];
  /** Put the block of one place at another. */
  onMove: (from: number, to: number) => void;
  /** The blocks, each within a `Place`. */
  children: ReactNode;
  /** What is seen of the block that is dragged. */
  dragged: (at: number) => ReactNode;
}

export function Sorting({ names, onMove, children, dragged }: SortingProps) {
  const { t } = useTranslation("templates");
  const list = useRef<HTMLOListElement>(null);
  const [moving, setMoving] = useState<number | null>(null);
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: START_PX } }),
    useSensor(KeyboardSensor, { coordinateGetter: step }),
  );
  const words = (what: string, block: UniqueIdentifier, place: UniqueIdentifier = block) =>
    t(`blocks.sorting.${what}`, {
      block: names[Number(block)],
      n: Number(place) + 1,
      of: names.length,
    });
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={under}
      onDragStart={({ active }) => setMoving(Number(active.id))}
      onDragCancel={() => setMoving(null)}
      onDragEnd={({ active, over }) => {
        setMoving(null);
        if (over && over.id !== active.id) {
          onMove(Number(active.id), Number(over.id));
          follow(list.current, Number(over.id));
        }
      }}
      accessibility={{
        restoreFocus: false, // a block is known by its place, and the focus goes along
        screenReaderInstructions: { draggable: t("blocks.sorting.how") },
        announcements: {
          onDragStart: ({ active }) => words("lifted", active.id),
          onDragOver: ({ active, over }) => words("over", active.id, over?.id),
          onDragEnd: ({ active, over }) => words("put", active.id, over?.id),
          onDragCancel: ({ active }) => words("left", active.id),
        },
      }}
    >
      <ol className={styles.blocks} ref={list}>
        {children}
      </ol>
      <DragOverlay dropAnimation={null}>{moving === null ? null : dragged(moving)}</DragOverlay>
    </DndContext>
  );
}

/** The focus stays with the block that has been put elsewhere, on the same button where it can. */
export function follow(list: Element | null, to: number, button = "") {
  const found = (what: string) => list?.children[to]?.querySelector<HTMLElement>(what);
  (found(`[data-act="${button}"]:enabled`) ?? found("[data-handle]"))?.focus();
}

interface PlaceProps {
  at: number;
  /** The block, given what it is taken by. */
  children: (handle: ReactNode) => ReactNode;
}

export function Place({ at, children }: PlaceProps) {
  const { t } = useTranslation("templates");
  const { active, isOver, setNodeRef: catches } = useDroppable({ id: String(at) });
  const { attributes, isDragging, listeners, setActivatorNodeRef, setNodeRef } = useDraggable({
    id: String(at),
  });
  const from = active ? Number(active.id) : at;
  return (
    <li
      ref={(node) => {
        catches(node);
        setNodeRef(node);
      }}
      className={styles.block}
      data-dragged={isDragging || undefined}
      data-drop={isOver && from !== at ? (at < from ? "above" : "below") : undefined}
    >
      {children(
        <ActionIcon
          ref={setActivatorNodeRef}
          {...listeners}
          aria-describedby={attributes["aria-describedby"]}
          aria-pressed={isDragging}
          data-handle
          variant="subtle"
          color="gray"
          className={styles.handle}
          aria-label={t("blocks.sorting.handle", { n: at + 1 })}
        >
          <IconGripVertical size={16} />
        </ActionIcon>,
      )}
    </li>
  );
}
