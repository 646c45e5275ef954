/** A variant for a messenger, SMS or push: its words, picture, buttons, cards, poll and approval. */
import { Button, Menu, Select, Switch, TagsInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Buttons, Cards, PollParts } from "./ChatParts";
import styles from "./edit.module.css";
import { useEditing } from "./editing";
import { Field } from "./Field";
import type { VariantProps } from "./Mail";
import { addressOf, changed, type Variant } from "./template";

type Part = "picture" | "buttons" | "cards" | "poll" | "approved" | "link";

const BEGUN: Record<Part, Partial<Variant>> = {
  picture: { picture: "https://" },
  buttons: { buttons: [{ text: "", url: "https://" }] },
  cards: { cards: [{ title: "" }] },
  poll: { poll: { question: "", answers: ["", ""], trait: "answer" } },
  approved: { approved: { name: "", language: "en", category: "marketing", parameters: [] } },
  link: { link: "https://" },
};

const IN_FORM = new Set([
  "language", "channel", "subject", "preheader", "text", "html", "mjml", "formatted", "silent",
  ...Object.keys(BEGUN),
]); // biome-ignore format: names in rows

/** A telephone shows so much of a push; what a channel cannot hold its check says. */
export function Chat(props: VariantProps) {
  const { variant, place, shown, onChange } = props;
  const { t } = useTranslation("templates");
  const { room, mayWrite } = useEditing();
  const every = !variant.channel;
  const set = (some: Partial<Variant>, where: string) => onChange(changed(variant, some), where);
  const beside = variant.picture && room?.caption ? room.caption : room?.text;
  const others = Object.keys(variant).filter((key) => !IN_FORM.has(key));
  return (
    <div className={styles.fields}>
      {room?.subject || variant.subject ? (
        <Field
          label={t("chat.title")}
          place={`${place}.subject`}
          value={variant.subject ?? ""}
          seen={shown?.preview.subject}
          room={room?.subject}
          onChange={(subject) => set({ subject }, "subject")}
        />
      ) : null}
      <Field
        label={t("chat.text")}
        about={variant.formatted ? t("chat.marks") : undefined}
        rows={6}
        place={`${place}.text`}
        value={variant.text ?? ""}
        seen={shown?.preview.text}
        room={beside}
        onChange={(text) => onChange({ ...variant, text }, "text")}
      />
      <div className={styles.switches}>
        {every || room?.formatted ? (
          <Switch
            label={t("chat.formatted")}
            checked={!!variant.formatted}
            disabled={!mayWrite}
            onChange={(event) => set({ formatted: event.currentTarget.checked }, "")}
          />
        ) : null}
        {every || room?.media ? (
          <Switch
            label={t("chat.silent")}
            checked={!!variant.silent}
            disabled={!mayWrite}
            onChange={(event) => set({ silent: event.currentTarget.checked }, "")}
          />
        ) : null}
      </div>
      <Parts {...props} set={set} />
      {mayWrite ? <AddPart variant={variant} onAdd={(some) => set(some, "")} /> : null}
      {others.length ? (
        <p className={styles.hint}>{t("chat.others", { fields: others.join(", ") })}</p>
      ) : null}
    </div>
  );
}

function Parts({ variant, place, set }: VariantProps & { set: (some: Partial<Variant>, where: string) => void }) {
  const { t } = useTranslation("templates");
  const { picture } = variant;
  return (
    <>
      {picture !== undefined && !Array.isArray(picture) ? (
        <Field
          label={t("chat.picture")}
          about={t("chat.pictureAbout")}
          place={`${place}.picture`}
          value={addressOf(picture)}
          onChange={(url) => {
            const more = url && picture && typeof picture === "object" ? picture : null;
            set({ picture: more ? { ...more, url } : url }, "picture");
          }}
        />
      ) : null}
      {variant.link !== undefined ? (
        <Field
          label={t("chat.link")}
          place={`${place}.link`}
          value={variant.link}
          onChange={(link) => set({ link }, "link")}
        />
      ) : null}
      {variant.buttons ? (
        <Buttons
          of={variant.buttons}
          place={`${place}.buttons`}
          onChange={(buttons) => set({ buttons }, "buttons")}
        />
      ) : null}
      {variant.cards ? (
        <Cards of={variant.cards} place={`${place}.cards`} onChange={(cards) => set({ cards }, "cards")} />
      ) : null}
      {variant.poll ? (
        <PollParts of={variant.poll} place={`${place}.poll`} onChange={(poll) => set({ poll }, "poll")} />
      ) : null}
      <Approved variant={variant} place={place} set={set} />
    </>
  );
} // biome-ignore format: a part each

interface ApprovedProps {
  variant: Variant;
  place: string;
  set: (some: Partial<Variant>, where: string) => void;
}

/** A template that WhatsApp has approved beforehand, and what fills its places. */
function Approved({ variant, place, set }: ApprovedProps) {
  const { t } = useTranslation("templates");
  const { mayWrite } = useEditing();
  if (!variant.approved) {
    return null;
  }
  const { approved } = variant;
  const put = (some: Partial<typeof approved>) =>
    set({ approved: { ...approved, ...some } }, "approved");
  return (
    <section className={styles.block}>
      <header className={styles.blockHead}>
        <h2>{t("chat.approved")}</h2>
        {mayWrite ? (
          <Button variant="subtle" size="compact-sm" color="gray" onClick={() => set({ approved: undefined }, "")}>
            {t("remove")}
          </Button>
        ) : null}
      </header>
      <div className={styles.pair}>
        <Field label={t("chat.approvedName")} bare place={`${place}.approved`} value={approved.name} onChange={(name) => put({ name })} />
        <Field label={t("chat.approvedLanguage")} bare value={approved.language} onChange={(language) => put({ language })} />
        <Select
          label={t("chat.category")}
          value={approved.category || "marketing"}
          allowDeselect={false}
          disabled={!mayWrite}
          data={["marketing", "utility", "authentication"].map((one) => ({ value: one, label: t(`chat.categories.${one}`) }))}
          onChange={(category) => put({ category: category ?? "marketing" })}
        />
      </div>
      <TagsInput
        label={t("chat.parameters")}
        description={t("chat.parametersAbout")}
        value={approved.parameters ?? []}
        splitChars={["\n"]}
        allowDuplicates
        readOnly={!mayWrite}
        onChange={(parameters) => put({ parameters })}
      />
    </section>
  );
} // biome-ignore format: a field each

function AddPart({
  variant,
  onAdd,
}: {
  variant: Variant;
  onAdd: (some: Partial<Variant>) => void;
}) {
  const { t } = useTranslation("templates");
  const { room } = useEditing();
  const every = !variant.channel;
  const fits: Record<Part, boolean> = {
    picture: every || !!room?.media,
    buttons: every || !!room?.buttons,
    cards: every || !!room?.cards,
    poll: true,
    approved: every || !!room?.approved,
    link: every || /push$/.test(variant.channel ?? ""),
  };
  const parts = (Object.keys(BEGUN) as Part[]).filter(
    (one) => variant[one] === undefined && fits[one],
  );
  return (
    <Menu withinPortal position="bottom-start">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} />}
          style={{ justifySelf: "start" }}
        >
          {t("chat.add")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {parts.map((one) => (
          <Menu.Item key={one} onClick={() => onAdd(BEGUN[one])}>
            {t(`chat.part.${one}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
