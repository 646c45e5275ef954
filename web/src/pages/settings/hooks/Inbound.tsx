/** A program that tells us something: an example is pasted, a mapping guessed, tried and kept. */
import { Button, JsonInput, Switch, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api, body as bodyOf, type Schemas } from "~/api/client";
import { Refused } from "~/kit/Refused";
import { useFields } from "../begun";
import { useChange } from "../changing";
import { DefinitionDialogue } from "../meaning/DefinitionDialogue";
import { type Defined, idOf, textAt } from "../meaning/defining";
import styles from "../settings.module.css";

type Payload = Schemas["Sample"]["payload"];

/** What is written, as JSON; null where it is none. */
function read(text: string): Payload | null {
  try {
    const found: unknown = JSON.parse(text);
    return found && typeof found === "object" ? (found as Payload) : null;
  } catch {
    return null;
  }
}

const pretty = (value: unknown) => JSON.stringify(value, null, 2);

export function Inbound({ of, onClose }: { of: Defined | null; onClose: () => void }) {
  const { t } = useTranslation("settings_data");
  const { id: _, kind: __, ...body } = of?.body ?? {};
  const stands = {
    name: textAt(body, "name"),
    example: body.example ? pretty(body.example) : "",
    calls: body.calls ? pretty(body.calls) : "",
    rest: body as Record<string, unknown>,
    paused: body.paused === true,
  };
  const [fields, write, begun] = useFields(`inbound-${of?.id ?? "new"}`, stands, of?.version);
  const { name, example, calls, rest, paused } = fields;
  const payload = read(example);
  const mapped = read(calls);
  const suggest = useChange({
    of: "hooks",
    quiet: true,
    act: (sample: Payload) =>
      bodyOf(
        api.POST("/api/inbound/suggest", {
          body: { id: of?.id ?? (idOf(name) || "webhook"), payload: sample },
        }),
      ),
    after: ({ id: _id, kind: _kind, calls: found, ...further }, sample) => {
      write({ example: pretty(sample), calls: pretty(found), rest: further });
    },
  });
  return (
    <DefinitionDialogue
      kind="inbound"
      of={of}
      title={of?.id ?? t("hooks.newIn")}
      proposed={idOf(name)}
      begun={begun}
      complete={!!mapped}
      definition={{
        ...rest,
        name,
        paused,
        calls: mapped,
        ...(payload ? { example: payload } : {}),
      }}
      onClose={onClose}
    >
      <TextInput
        label={t("name")}
        value={name}
        onChange={(event) => write({ name: event.currentTarget.value })}
      />
      <JsonInput
        label={t("hooks.example")}
        description={t("hooks.exampleHelp")}
        placeholder='{"customer": {"id": 17, "email": "maria@example.org"}, "event": "visit"}'
        validationError={t("hooks.noJson")}
        autosize
        minRows={5}
        maxRows={14}
        value={example}
        onChange={(next) => write({ example: next })}
      />
      <div>
        <Button
          variant="default"
          disabled={!payload}
          loading={suggest.isPending}
          onClick={() => payload && suggest.mutate(payload)}
        >
          {t("hooks.suggest")}
        </Button>
      </div>
      <Refused of={suggest.error} />
      {calls ? (
        <JsonInput
          label={t("hooks.calls")}
          description={t("hooks.callsHelp")}
          validationError={t("hooks.noJson")}
          autosize
          minRows={4}
          maxRows={16}
          value={calls}
          onChange={(next) => write({ calls: next })}
        />
      ) : null}
      {of ? <Trial id={of.id} payload={payload} /> : null}
      <Switch
        label={t("hooks.pause")}
        checked={paused}
        onChange={(event) => write({ paused: event.currentTarget.checked })}
      />
    </DefinitionDialogue>
  );
}

/** What the mapping that is in force makes of the example. */
function Trial({ id, payload }: { id: string; payload: Payload | null }) {
  const { t } = useTranslation("settings_data");
  const trial = useChange({
    of: "hooks",
    act: () =>
      bodyOf(
        api.POST("/api/inbound/{name}/test", {
          params: { path: { name: id } },
          body: { payload },
        }),
      ),
  });
  return (
    <div>
      <Button variant="default" loading={trial.isPending} onClick={() => trial.mutate(null)}>
        {t("hooks.try")}
      </Button>
      {trial.data ? (
        <>
          {trial.data.faults.map((one) => (
            <p key={one} className={styles.quiet}>
              {one}
            </p>
          ))}
          <pre className={styles.raw}>{pretty(trial.data.calls)}</pre>
        </>
      ) : null}
    </div>
  );
}
