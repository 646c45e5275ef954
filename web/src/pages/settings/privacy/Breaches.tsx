/** Data that came into wrong hands: noted, counted, told to the authority and the people, closed. */
import { Button, Group, Textarea, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import i18next from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { day, whole } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Copied } from "~/kit/Copied";
import { FormDialogue } from "~/kit/FormDialogue";
import { Pill } from "~/kit/Pill";
import { SMALL } from "~/kit/small";
import { useFields } from "../begun";
import { useChange } from "../changing";
import { useBreaches } from "../data";
import { Lines } from "../Lines";
import styles from "../settings.module.css";
import { Due } from "./Due";

type Breach = Schemas["BreachShown"];
type To = "authority" | "people";

export function Breaches() {
  const { t } = useTranslation("settings_data");
  const may = useMay("privacy");
  const [noting, note] = useState(false);
  const query = useBreaches();
  return (
    <Card
      title={t("breach.title")}
      about={t("breach.about")}
      actions={
        may ? (
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() => note(true)}
          >
            {t("breach.note")}
          </Button>
        ) : null
      }
    >
      <Lines of={query} rows={2} none={t("breach.none")} fix={t("breach.noneFix")}>
        {(one) => <Line of={one} may={may} />}
      </Lines>
      {noting ? <NoteOne onClose={() => note(false)} /> : null}
    </Card>
  );
}

function Line({ of, may }: { of: Breach; may: boolean }) {
  const { t } = useTranslation("settings_data");
  const [to, tell] = useState<To | null>(null);
  const [closing, setClosing] = useState(false);
  const params = { params: { path: { number: of.id } } };
  const count = useChange({
    of: "privacy",
    act: () => body(api.POST("/api/law/breaches/{number}/count", params)),
  });
  const people =
    of.people === null
      ? t("breach.uncounted")
      : t("breach.people", { count: of.people, n: whole(of.people) });
  return (
    <li className={styles.line}>
      <span className={styles.grow}>
        <b>{of.what}</b>
        <div className={styles.quiet}>
          {[
            t("breach.noticed", { day: day(of.noticed) }),
            people,
            of.data,
            of.authorities.join(", "),
          ]
            .filter(Boolean)
            .join(" · ")}
        </div>
      </span>
      {of.closed ? <Pill>{t("breach.closed")}</Pill> : <Due at={of.due} late={of.late} />}
      {may && !of.closed ? (
        <Group gap={8}>
          <Button
            {...SMALL}
            variant="default"
            loading={count.isPending}
            onClick={() => count.mutate(null)}
          >
            {t("breach.count")}
          </Button>
          <Button {...SMALL} variant="default" onClick={() => tell("authority")}>
            {t(of.reported ? "breach.toldAuthority" : "breach.tellAuthority")}
          </Button>
          <Button {...SMALL} variant="default" onClick={() => tell("people")}>
            {t(of.told ? "breach.toldPeople" : "breach.tellPeople")}
          </Button>
          <Button {...SMALL} onClick={() => setClosing(true)}>
            {t("breach.close")}
          </Button>
        </Group>
      ) : null}
      {to ? <Telling of={of} to={to} onClose={() => tell(null)} /> : null}
      {closing ? <Closing of={of} onClose={() => setClosing(false)} /> : null}
    </li>
  );
}

/** A draft to look at and send oneself; then it is noted as told. */
function Telling({ of, to, onClose }: { of: Breach; to: To; onClose: () => void }) {
  const { t } = useTranslation("settings_data");
  const path = { number: of.id };
  const draft = useChange({
    of: "nothing",
    act: () =>
      body(
        api.GET("/api/law/breaches/{number}/text", {
          params: { path, query: { to, language: i18next.language } },
        }),
      ),
  });
  const told = useChange({
    of: "privacy",
    act: () =>
      body(api.POST("/api/law/breaches/{number}/told", { params: { path }, body: { to } })),
    after: onClose,
  });
  return (
    <FormDialogue
      title={t(to === "authority" ? "breach.tellAuthority" : "breach.tellPeople")}
      action={t("breach.isTold")}
      size="lg"
      busy={told.isPending}
      onSubmit={() => told.mutate(null)}
      onClose={onClose}
    >
      <p>{t("breach.draftAbout")}</p>
      {draft.data ? (
        <>
          <pre className={styles.raw}>{draft.data.text}</pre>
          <Copied text={draft.data.text} label={t("breach.draft")} />
        </>
      ) : (
        <div>
          <Button variant="default" loading={draft.isPending} onClick={() => draft.mutate(null)}>
            {t("breach.draft")}
          </Button>
        </div>
      )}
    </FormDialogue>
  );
}

function Closing({ of, onClose }: { of: Breach; onClose: () => void }) {
  const { t } = useTranslation("settings_data");
  const [{ measures }, write, begun] = useFields(`breach-${of.id}`, { measures: of.measures });
  const close = useChange({
    of: "privacy",
    act: () =>
      body(
        api.POST("/api/law/breaches/{number}/close", {
          params: { path: { number: of.id } },
          body: { measures },
        }),
      ),
    after: () => {
      begun.drop();
      onClose();
    },
  });
  return (
    <FormDialogue
      action={t("breach.close")}
      complete={!!measures.trim()}
      busy={close.isPending}
      onSubmit={() => close.mutate(null)}
      onClose={onClose}
    >
      <Textarea
        label={t("breach.measures")}
        value={measures}
        maxLength={1000}
        autosize
        minRows={3}
        required
        data-autofocus
        onChange={(event) => write({ measures: event.currentTarget.value })}
      />
    </FormDialogue>
  );
}

function NoteOne({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("settings_data");
  const [fields, write, begun] = useFields("breach-new", { what: "", data: "", segment: "" });
  const { what, data, segment } = fields;
  const note = useChange({
    of: "privacy",
    act: () =>
      body(api.POST("/api/law/breaches", { body: { what, data, segment, measures: "" } })),
    after: () => {
      begun.drop();
      onClose();
    },
  });
  return (
    <FormDialogue
      action={t("breach.note")}
      complete={!!what.trim()}
      busy={note.isPending}
      onSubmit={() => note.mutate(null)}
      onClose={onClose}
    >
      <Textarea
        label={t("breach.what")}
        placeholder={t("breach.whatLike")}
        value={what}
        maxLength={1000}
        required
        data-autofocus
        onChange={(event) => write({ what: event.currentTarget.value })}
      />
      <TextInput
        label={t("breach.data")}
        placeholder={t("breach.dataLike")}
        value={data}
        maxLength={1000}
        onChange={(event) => write({ data: event.currentTarget.value })}
      />
      <TextInput
        label={t("breach.segment")}
        description={t("breach.segmentHelp")}
        value={segment}
        pattern="[a-z0-9_\-]*"
        onChange={(event) => write({ segment: event.currentTarget.value })}
      />
    </FormDialogue>
  );
}
