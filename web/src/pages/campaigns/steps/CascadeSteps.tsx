/** The channels of a cascade in their order, with how long each one's receipt is waited for. */
import { ActionIcon, Button, Group, NumberInput, Select } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useMember } from "~/app/session";
import { useChannelName } from "~/kit/channels";
import { type Cascade, STEPS_MAX, type Step } from "../definition";
import type { Offered } from "../reach";
import { SpanInput } from "./SpanInput";
import styles from "./steps.module.css";

const ORDERS = ["given", "cheapest", "responding"] as const;

interface CascadeStepsProps {
  cascade: Cascade;
  offers: readonly Offered[];
  onChange: (cascade: Cascade) => void;
}

export function CascadeSteps({ cascade, offers, onChange }: CascadeStepsProps) {
  const { t } = useTranslation("campaigns");
  const { steps, order = "given" } = cascade;
  const put = (next: Step[]) => onChange({ ...cascade, steps: next });
  const orders = order === "by_variant" ? [...ORDERS, order] : ORDERS;
  return (
    <>
      <Select
        label={t("cascade.order")}
        description={t(`cascade.orderAbout.${order}`)}
        data={orders.map((one) => ({ value: one, label: t(`cascade.orders.${one}`) }))}
        value={order}
        allowDeselect={false}
        onChange={(one) =>
          onChange({ ...cascade, order: orders.find((other) => other === one) ?? order })
        }
      />
      {steps.map((step, n) => (
        <StepRow
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
          key={n}
          step={step}
          n={n}
          last={n === steps.length - 1}
          offers={offers}
          taken={steps.map((one) => one.channel)}
          onChange={(some) => put(steps.with(n, { ...step, ...some }))}
          onMove={(by) => {
            const next = steps.toSpliced(n, 1).toSpliced(n + by, 0, step);
            put(order === "given" ? lastWithoutWait(next) : next);
          }}
          onRemove={() => put(steps.toSpliced(n, 1))}
        />
      ))}
      <Button
        variant="default"
        leftSection={<IconPlus size={16} />}
        disabled={steps.length >= STEPS_MAX}
        onClick={() => put([...steps, { channel: "" }])}
        style={{ justifySelf: "start" }}
      >
        {t("cascade.add")}
      </Button>
    </>
  );
}

/** Nothing follows the last step, so nothing is waited for there. */
const lastWithoutWait = (steps: Step[]) =>
  steps.map((step, n) => (n === steps.length - 1 ? { ...step, wait: undefined } : step));

interface StepRowProps {
  step: Step;
  n: number;
  last: boolean;
  offers: readonly Offered[];
  taken: readonly string[];
  onChange: (some: Partial<Step>) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}

function StepRow(props: StepRowProps) {
  const { step, n, last, offers, taken, onChange, onMove, onRemove } = props;
  const { t } = useTranslation("campaigns");
  const called = useChannelName();
  const { shop } = useMember();
  const offer = offers.find((one) => one.channel === step.channel);
  const free = offers.filter((one) => one.set_up && one.asked && !taken.includes(one.channel));
  const usable = [step.channel, ...free.map((one) => one.channel)].filter(Boolean);
  const tells = offer?.carries.tells.includes("delivered") ?? false;
  return (
    <div className={styles.row}>
      <span className={styles.muted}>{n + 1}</span>
      <div className={styles.fields}>
        <div className={styles.pair}>
          <Select
            label={t("cascade.channel")}
            data={usable.map((one) => ({ value: one, label: called(one) }))}
            value={step.channel || null}
            allowDeselect={false}
            onChange={(channel) => onChange({ channel: channel ?? "", wait: undefined })}
          />
          <NumberInput
            label={t("cascade.price", { currency: shop.currency })}
            placeholder={offer ? String(offer.price) : ""}
            min={0}
            decimalScale={4}
            value={step.price ?? ""}
            onChange={(price) => onChange({ price: price === "" ? undefined : Number(price) })}
          />
        </div>
        {last || (step.channel && !offer) ? null : tells ? (
          <SpanInput
            label={t("cascade.wait")}
            description={t("cascade.waitAbout")}
            value={step.wait ?? ""}
            onChange={(wait) => onChange({ wait: wait || undefined })}
            none
          />
        ) : (
          <p className={styles.muted}>{t("cascade.noWait")}</p>
        )}
      </div>
      <Group gap={2} wrap="nowrap">
        <ActionIcon
          variant="subtle"
          color="gray"
          disabled={n === 0}
          aria-label={t("cascade.up", { n: n + 1 })}
          onClick={() => onMove(-1)}
        >
          <IconArrowUp size={16} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          disabled={last}
          aria-label={t("cascade.down", { n: n + 1 })}
          onClick={() => onMove(1)}
        >
          <IconArrowDown size={16} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          disabled={taken.length <= 2}
          aria-label={t("cascade.remove", { n: n + 1 })}
          onClick={onRemove}
        >
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
    </div>
  );
}
