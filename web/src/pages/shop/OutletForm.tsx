/** An outlet as somebody writes it down; what was begun is kept until it is saved. */
import { Select, TextInput } from "@mantine/core";
import type { QueryKey } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useKept } from "~/app/kept";
import { timeZones } from "~/app/lists";
import { useMember } from "~/app/session";
import { Confirm } from "~/kit/Confirm";
import { useAct } from "./changing";
import { Short } from "./feeds";
import { type Outlet, putOutlet } from "./outlets";
import styles from "./shop.module.css";

interface OutletFormProps {
  outlet: Outlet | null;
  anew: QueryKey;
  onClose: () => void;
}

const WORDS = ["name", "address", "city", "phone", "url", "hours"] as const;

export function OutletForm({ outlet, anew, onClose }: OutletFormProps) {
  const { t } = useTranslation("shop");
  const { shop } = useMember();
  const [begun, keep] = useKept<Outlet>(`outlet-${outlet?.id ?? "new"}`);
  const draft = begun ?? outlet ?? nothing(shop.time_zone);
  const save = useAct({
    act: () => putOutlet(draft),
    said: () => t("outletKept", { name: draft.name }),
    after: () => {
      keep(null);
      onClose();
    },
    anew,
  });
  const leave = () => {
    keep(null);
    onClose();
  };
  return (
    <Confirm
      opened
      title={outlet ? outlet.name : t("newOutlet")}
      action={t("save")}
      busy={save.isPending}
      disabled={!(draft.id && draft.name.trim())}
      onClose={leave}
      onConfirm={() => save.mutate(undefined)}
    >
      <div className={styles.form}>
        {outlet ? null : (
          <Short
            label={t("shortName")}
            value={draft.id}
            onChange={(id) => keep({ ...draft, id })}
          />
        )}
        {WORDS.map((field) => (
          <TextInput
            key={field}
            label={t(`outletField.${field}`)}
            description={field === "hours" ? t("hoursAbout") : undefined}
            value={draft[field]}
            onChange={(event) => keep({ ...draft, [field]: event.currentTarget.value })}
            required={field === "name"}
          />
        ))}
        <div className={styles.pair}>
          <Degrees
            label={t("latitude")}
            value={draft.latitude}
            onChange={(latitude) => keep({ ...draft, latitude })}
          />
          <Degrees
            label={t("longitude")}
            value={draft.longitude}
            onChange={(longitude) => keep({ ...draft, longitude })}
          />
        </div>
        <Select
          label={t("zone")}
          searchable
          data={timeZones()}
          value={draft.zone}
          onChange={(zone) => keep({ ...draft, zone: zone ?? "" })}
          nothingFoundMessage={t("nothing")}
        />
      </div>
    </Confirm>
  );
}

interface DegreesProps {
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
}

function Degrees({ label, value, onChange }: DegreesProps) {
  return (
    <TextInput
      type="number"
      step="any"
      label={label}
      value={value ?? ""}
      onChange={(event) => {
        const given = event.currentTarget.value;
        onChange(given === "" ? null : Number(given));
      }}
    />
  );
}

const nothing = (zone: string): Outlet => ({
  id: "",
  name: "",
  address: "",
  city: "",
  latitude: null,
  longitude: null,
  zone,
  phone: "",
  url: "",
  hours: "",
  hours_today: null,
  open_now: null,
  distance_km: null,
});
