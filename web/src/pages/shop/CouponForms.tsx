/** The forms of coupons: a new pool, and codes that are pasted into one or made for it. */
import {
  Button,
  FileButton,
  NumberInput,
  SegmentedControl,
  Switch,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { whole } from "~/app/format";
import { Confirm } from "~/kit/Confirm";
import { Note } from "~/kit/Note";
import { done } from "~/kit/notices";
import { useSayFault } from "~/kit/Refused";
import { useAct } from "./changing";
import { COUPONS } from "./coupons";
import { Short } from "./feeds";
import styles from "./shop.module.css";

interface Opened {
  onClose: () => void;
}

const AT_ONCE = 100_000;
const SHOWN = 5;

export function AddCodes({ pool, onClose }: { pool: string } & Opened) {
  const { t } = useTranslation("shop");
  const [way, setWay] = useState("paste");
  const [codes, setCodes] = useState("");
  const [count, setCount] = useState<number | string>(1000);
  const { mutate, isPending, data } = useAdding(pool, onClose);
  const path = { name: pool };
  const pasted = way === "paste";
  const add = () =>
    mutate(() =>
      body(
        pasted
          ? api.POST("/v1/shop/coupons/{name}/codes", { params: { path }, body: { codes } })
          : api.POST("/v1/shop/coupons/{name}/make", {
              params: { path },
              body: { count: Number(count) },
            }),
      ),
    );
  return (
    <Confirm
      opened
      title={t("codesInto", { pool })}
      action={t(pasted ? "addCodes" : "makeCodes")}
      busy={isPending}
      disabled={pasted ? !codes.trim() : !Number(count)}
      onClose={onClose}
      onConfirm={add}
    >
      <div className={styles.form}>
        <SegmentedControl
          aria-label={t("codesWay")}
          value={way}
          onChange={setWay}
          data={["paste", "make"].map((one) => ({ value: one, label: t(`way.${one}`) }))}
        />
        {pasted ? (
          <Paste codes={codes} onChange={setCodes} />
        ) : (
          <NumberInput
            label={t("howMany")}
            description={t("madeAbout")}
            value={count}
            onChange={setCount}
            min={1}
            max={AT_ONCE}
            allowDecimal={false}
          />
        )}
        {data && data.refused.length > 0 ? <Refused added={data} /> : null}
      </div>
    </Confirm>
  );
}

/** Codes go in; the form stays open only where some were refused. */
function useAdding(pool: string, onClose: () => void) {
  const { t } = useTranslation("shop");
  const onError = useSayFault();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (add: () => Promise<Schemas["Added"]>) => add(),
    onSuccess: ({ taken, refused }) => {
      done(t("codesAdded", { count: taken, n: whole(taken), pool }));
      if (refused.length === 0) {
        onClose();
      }
    },
    onError,
    onSettled: () => queries.invalidateQueries({ queryKey: COUPONS }),
  });
}

function Paste({ codes, onChange }: { codes: string; onChange: (codes: string) => void }) {
  const { t } = useTranslation("shop");
  return (
    <>
      <Textarea
        label={t("codes")}
        description={t("codesAbout")}
        value={codes}
        onChange={(event) => onChange(event.currentTarget.value)}
        minRows={6}
        maxRows={12}
        autosize
        spellCheck={false}
      />
      <FileButton
        accept=".csv,.txt,text/csv,text/plain"
        onChange={(file) => {
          void file?.text().then(onChange);
        }}
      >
        {(props) => (
          <Button variant="default" {...props}>
            {t("fromFile")}
          </Button>
        )}
      </FileButton>
    </>
  );
}

function Refused({ added: { refused } }: { added: Schemas["Added"] }) {
  const { t } = useTranslation("shop");
  return (
    <Note title={t("codesRefused", { count: refused.length, n: whole(refused.length) })}>
      <ul className={styles.refused}>
        {refused.slice(0, SHOWN).map((one) => (
          <li key={one.line}>{t("line", { line: one.line, reason: one.reason })}</li>
        ))}
      </ul>
    </Note>
  );
}

export function NewPool({ onClose }: Opened) {
  const { t } = useTranslation("shop");
  const [id, setId] = useState("");
  const [name, setName] = useState("");
  const [ends, setEnds] = useState("");
  const [days, setDays] = useState<number | string>("");
  const [personal, setPersonal] = useState(true);
  const make = useAct({
    act: () =>
      body(
        api.PUT("/api/definitions/{kind}/{name}", {
          params: { path: { kind: "coupons", name: id } },
          body: {
            definition: {
              name,
              personal,
              ...(ends ? { ends } : {}),
              ...(days ? { valid: `${days} days` } : {}),
            },
            base: 0,
          },
        }),
      ),
    said: () => t("poolMade", { pool: name || id }),
    after: onClose,
    anew: COUPONS,
  });
  return (
    <Confirm
      opened
      title={t("newPool")}
      action={t("save")}
      busy={make.isPending}
      disabled={!id}
      onClose={onClose}
      onConfirm={() => make.mutate(undefined)}
    >
      <div className={styles.form}>
        <TextInput
          label={t("poolName")}
          placeholder={t("poolExample")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Short label={t("shortName")} value={id} onChange={setId} />
        <TextInput
          type="date"
          label={t("endsOn")}
          description={t("endsAbout")}
          value={ends}
          onChange={(event) => setEnds(event.currentTarget.value)}
        />
        <NumberInput
          label={t("validDays")}
          description={t("validAbout")}
          value={days}
          onChange={setDays}
          min={1}
          max={3650}
          allowDecimal={false}
        />
        <Switch
          label={t("personal")}
          checked={personal}
          onChange={(event) => setPersonal(event.currentTarget.checked)}
        />
      </div>
    </Confirm>
  );
}
