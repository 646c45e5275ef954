/** A program that is told of events: where, of which, with what of the person. */
import { Switch, TagsInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialogue } from "../meaning/Dialogue";
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
  const [name, setName] = useState(textAt(body, "name"));
  const [url, setUrl] = useState(textAt(body, "url"));
  const [events, setEvents] = useState(textsAt(body, "events"));
  const [person, setPerson] = useState(textsAt(body, "person"));
  const [paused, setPaused] = useState(body.paused === true);
  return (
    <Dialogue
      kind="outbound"
      of={of}
      title={of?.id ?? t("hooks.newOut")}
      proposed={idOf(name)}
      complete={url.startsWith("http") && events.length > 0}
      definition={{ ...body, name, url, events, person, paused }}
      onClose={onClose}
    >
      <TextInput
        label={t("name")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={t("hooks.url")}
        description={t("hooks.urlHelp")}
        value={url}
        required
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      <TagsInput
        label={t("hooks.events")}
        description={t("hooks.eventsHelp")}
        data={EVENTS}
        value={events}
        onChange={setEvents}
      />
      <TagsInput
        label={t("hooks.person")}
        description={t("hooks.personHelp")}
        data={["email", "phone", "first_name", "city"]}
        value={person}
        onChange={setPerson}
      />
      <Switch
        label={t("hooks.pause")}
        checked={paused}
        onChange={(event) => setPaused(event.currentTarget.checked)}
      />
    </Dialogue>
  );
}
