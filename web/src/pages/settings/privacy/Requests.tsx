/** What people ask for under the law: taken down, answered, refused, with the time that is left. */
import { Button, Group, NumberInput, Select, Switch, Textarea } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { day } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { FormDialogue } from "~/kit/FormDialogue";
import { Pill } from "~/kit/Pill";
import { SMALL } from "~/kit/small";
import { useFields } from "../begun";
import { useChange } from "../changing";
import { useRequests } from "../data";
import { Lines } from "../Lines";
import styles from "../settings.module.css";
import { Due } from "./Due";

type Request = Schemas["RequestShown"];
type Right = Schemas["Right"];
type Step = "answer" | "refuse" | "extend";
const RIGHTS: readonly Right[] = [
  "access",
  "portability",
  "rectification",
  "erasure",
  "restriction",
  "objection",
];

export function Requests() {
  const { t } = useTranslation("settings_data");
  const may = useMay("privacy");
  const [every, setEvery] = useState(false);
  const [making, make] = useState(false);
  const query = useRequests(every);
  return (
    <Card
      title={t("privacy.requests")}
      about={t("privacy.requestsAbout")}
      actions={
        may ? (
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() => make(true)}
          >
            {t("privacy.take")}
          </Button>
        ) : null
      }
    >
      <Switch
        mb={12}
        label={t("privacy.closedToo")}
        checked={every}
        onChange={(event) => setEvery(event.currentTarget.checked)}
      />
      <Lines of={query} rows={3} none={t("privacy.noRequests")} fix={t("privacy.noRequestsFix")}>
        {(one) => <Line of={one} may={may} />}
      </Lines>
      {making ? <Take onClose={() => make(false)} /> : null}
    </Card>
  );
}

function Line({ of, may }: { of: Request; may: boolean }) {
  const { t } = useTranslation("settings_data");
  const [step, take] = useState<Step | null>(null);
  const open = !of.closed;
  return (
    <li className={styles.line}>
      <span className={styles.grow}>
        <b>{t(`right.${of.right}`)}</b>{" "}
        {of.pid ? (
          <Link to={`/people/${of.pid}`}>{t("privacy.person", { pid: of.pid })}</Link>
        ) : null}
        <div className={styles.quiet}>
          {[t("privacy.came", { day: day(of.received) }), of.source, of.rule, of.outcome]
            .filter(Boolean)
            .join(" · ")}
        </div>
      </span>
      {open ? <Due at={of.due} late={of.late} /> : <Pill>{t(`privacy.is.${of.state}`)}</Pill>}
      {may && open ? (
        <Group gap={8}>
          <Button {...SMALL} onClick={() => take("answer")}>
            {t("privacy.answer")}
          </Button>
          <Button {...SMALL} variant="default" onClick={() => take("refuse")}>
            {t("privacy.refuse")}
          </Button>
          {of.extendable ? (
            <Button {...SMALL} variant="default" onClick={() => take("extend")}>
              {t("privacy.extend")}
            </Button>
          ) : null}
        </Group>
      ) : null}
      {step ? <Act of={of} step={step} onClose={() => take(null)} /> : null}
    </li>
  );
}

interface ActProps {
  of: Request;
  step: Step;
  onClose: () => void;
}

function Act({ of, step, onClose }: ActProps) {
  const { t } = useTranslation("settings_data");
  const [{ words }, write, begun] = useFields(`request-${of.id}-${step}`, { words: "" });
  const params = { params: { path: { number: of.id } } };
  const act = useChange({
    of: "privacy",
    act: () => {
      switch (step) {
        case "answer":
          return body(
            api.POST("/api/rights/{number}/answer", { ...params, body: { outcome: words } }),
          );
        case "refuse":
          return body(
            api.POST("/api/rights/{number}/refuse", { ...params, body: { reason: words } }),
          );
        case "extend":
          return body(
            api.POST("/api/rights/{number}/extend", { ...params, body: { reason: words } }),
          );
      }
    },
    said: () => t(`privacy.done.${step}`),
    after: () => {
      begun.drop();
      onClose();
    },
  });
  const erases = step === "answer" && of.right === "erasure";
  return (
    <FormDialogue
      action={t(`privacy.${step}`)}
      complete={erases || !!words.trim()}
      busy={act.isPending}
      onSubmit={() => act.mutate(null)}
      onClose={onClose}
    >
      <p>{t(erases ? "privacy.erases" : `privacy.ask.${step}`)}</p>
      {erases ? null : (
        <Textarea
          label={t("privacy.words")}
          description={t("privacy.wordsHelp")}
          value={words}
          maxLength={1000}
          autosize
          minRows={3}
          required
          data-autofocus
          onChange={(event) => write({ words: event.currentTarget.value })}
        />
      )}
    </FormDialogue>
  );
}

function Take({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("settings_data");
  const [pid, setPid] = useState<number | null>(null);
  const [right, setRight] = useState<Right>("access");
  const [source, setSource] = useState("");
  const take = useChange({
    of: "privacy",
    act: () => body(api.POST("/api/rights", { body: { pid: pid ?? 0, right, source } })),
    said: (_, { due }) => t("privacy.taken", { day: day(due) }),
    after: onClose,
  });
  return (
    <FormDialogue
      action={t("privacy.take")}
      complete={!!pid}
      busy={take.isPending}
      onSubmit={() => take.mutate(null)}
      onClose={onClose}
    >
      <NumberInput
        label={t("privacy.pid")}
        description={t("privacy.pidHelp")}
        value={pid ?? ""}
        min={1}
        allowDecimal={false}
        required
        data-autofocus
        onChange={(next) => setPid(typeof next === "number" ? next : null)}
      />
      <Select
        label={t("privacy.right")}
        data={RIGHTS.map((one) => ({ value: one, label: t(`right.${one}`) }))}
        value={right}
        allowDeselect={false}
        onChange={(next) => setRight(RIGHTS.find((one) => one === next) ?? "access")}
      />
      <Textarea
        label={t("privacy.source")}
        placeholder={t("privacy.sourceLike")}
        value={source}
        maxLength={1000}
        onChange={(event) => setSource(event.currentTarget.value)}
      />
    </FormDialogue>
  );
}
