/** A program that is told of events: where, of which, with what of the person. */
import { Switch, TagsInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFields } from "../begun";
import { DefinitionDialogue } from "../meaning/DefinitionDialogue";
import { type Defined, idOf, textAt, textsAt } from "../meaning/defining";

const EVENTS = [
  "Identified",
  "Order Completed",
  "Message Sent",
  "Message Delivered",
  "Message Read",
  "Message Clicked",
  "Message Replied",
  "Message Bounced",
  "Subscription Updated",
];

export function Outbound({ of, onClose }: { of: Defined | null; onClose: () => void }) {
  const { t } = useTranslation("settings_data");
  const { id: _, kind: __, ...body } = of?.body ?? {};
  const stands = {
    name: textAt(body, "name"),
    url: textAt(body, "url"),
    events: textsAt(body, "events"),
    person: textsAt(body, "person"),
    paused: body.paused === true,
  };
  const [fields, write, begun] = useFields(`outbound-${of?.id ?? "new"}`, stands, of?.version);
  const { name, url, events, person, paused } = fields;
  return (
    <DefinitionDialogue
      kind="outbound"
      of={of}
      title={of?.id ?? t("hooks.newOut")}
      proposed={idOf(name)}
      begun={begun}
      complete={url.startsWith("http") && events.length > 0}
      definition={{ ...body, ...fields }}
      onClose={onClose}
    >
      <TextInput
        label={t("name")}
        value={name}
        onChange={(event) => write({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t("hooks.url")}
        description={t("hooks.urlHelp")}
        value={url}
        required
        onChange={(event) => write({ url: event.currentTarget.value })}
      />
      <TagsInput
        label={t("hooks.events")}
        description={t("hooks.eventsHelp")}
        data={EVENTS}
        value={events}
        onChange={(next) => write({ events: next })}
      />
      <TagsInput
        label={t("hooks.person")}
        description={t("hooks.personHelp")}
        data={["email", "phone", "first_name", "city"]}
        value={person}
        onChange={(next) => write({ person: next })}
      />
      <Switch
        label={t("hooks.pause")}
        checked={paused}
        onChange={(event) => write({ paused: event.currentTarget.checked })}
      />
    </DefinitionDialogue>
  );
}
