/** The first run: who the shop belongs to, what it is called, speaks and counts in. */
import {
  Anchor,
  Button,
  MultiSelect,
  PasswordInput,
  Select,
  SimpleGrid,
  Stack,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useSearchParams } from "react-router";
import { api, body, Problem, type Schemas } from "~/api/client";
import { currencies, ownTimeZone, regions, timeZones, tongues } from "~/app/lists";
import { logIn } from "~/app/session";
import { Query } from "~/kit/Query";
import { Beginning } from "~/pages/demo/Beginning";
import { Outside } from "~/pages/login/Outside";

const LETTERS_LEAST = 12;
type FirstRun = Schemas["FirstRun"];

export function Component() {
  const { t } = useTranslation("first_run");
  const [search] = useSearchParams();
  const token = search.get("token") ?? "";
  const [fault, setFault] = useState<unknown>(null);
  const [claimed, setClaimed] = useState(false);
  const first = useQuery({
    queryKey: ["first-run", token],
    queryFn: () => body(api.GET("/api/first-run", { params: { query: { token } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (claimed) {
    return <Begin />;
  }
  if (first.data && !first.data.needed) {
    return <Navigate to="/" replace />;
  }
  return (
    <Outside title={t("title")} about={t("about")} fault={fault} wide>
      <Query of={first} rows={8}>
        {(found) =>
          found.shop ? (
            <Claim
              of={found.shop}
              token={token}
              onFault={setFault}
              onClaimed={() => setClaimed(true)}
            />
          ) : (
            <p>{t("onlyHere")}</p>
          )
        }
      </Query>
    </Outside>
  );
}

/** The shop has its owner, who is logged in, and nobody else yet. */
function Begin() {
  const { t } = useTranslation("demo");
  return (
    <Outside title={t("begin")} about={t("beginAbout")} wide>
      <Beginning />
      <Anchor component={Link} to="/" size="sm">
        {t("around")}
      </Anchor>
    </Outside>
  );
}

const BACK_TRIES = 40;
const BACK_WAIT_MS = 750;

/** The server starts anew with its new settings; ask until it is there again. */
async function whenBack(ask: () => Promise<void>, tries = BACK_TRIES): Promise<void> {
  try {
    await ask();
  } catch (refused) {
    const away = refused instanceof Problem && (refused.status === 0 || refused.status === 503);
    if (!away || tries === 0) {
      throw refused;
    }
    await new Promise((resolve) => setTimeout(resolve, BACK_WAIT_MS));
    await whenBack(ask, tries - 1);
  }
}

interface ClaimProps {
  of: NonNullable<FirstRun["shop"]>;
  token: string;
  onFault: (fault: unknown) => void;
  onClaimed: () => void;
}

function Claim({ of: shop, token, onFault, onClaimed }: ClaimProps) {
  const { t, i18n } = useTranslation("first_run");
  const [busy, setBusy] = useState(false);
  const lists = useMemo(
    () => ({
      zones: timeZones(),
      tongues: tongues(i18n.language),
      currencies: currencies(i18n.language),
      regions: regions(i18n.language),
    }),
    [i18n.language],
  );
  const form = useForm({
    initialValues: {
      name: "",
      email: "",
      password: "",
      shop: "",
      time_zone: ownTimeZone() || shop.time_zone,
      language: i18n.language,
      languages: [i18n.language],
      currency: shop.currency,
      country: shop.country,
    },
    validate: {
      password: (value) =>
        value.length < LETTERS_LEAST ? t("longer", { n: LETTERS_LEAST }) : null,
      shop: (value) => (value.trim() ? null : t("needed")),
      languages: (value) => (value.length ? null : t("needed")),
    },
  });

  const submit = form.onSubmit(async (values) => {
    setBusy(true);
    onFault(null);
    try {
      const languages = [
        values.language,
        ...values.languages.filter((l) => l !== values.language),
      ];
      await body(api.POST("/api/first-run", { body: { ...values, languages, token } }));
      await whenBack(() => logIn(values.email, values.password, ""));
      onClaimed();
    } catch (refused) {
      onFault(refused);
    } finally {
      setBusy(false);
    }
  });

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextInput label={t("shop")} required data-autofocus {...form.getInputProps("shop")} />
          <Select
            label={t("country")}
            data={lists.regions}
            searchable
            required
            allowDeselect={false}
            {...form.getInputProps("country")}
          />
          <Select
            label={t("zone")}
            data={lists.zones}
            searchable
            required
            allowDeselect={false}
            {...form.getInputProps("time_zone")}
          />
          <Select
            label={t("currency")}
            data={lists.currencies}
            searchable
            required
            allowDeselect={false}
            {...form.getInputProps("currency")}
          />
          <Select
            label={t("language")}
            description={t("languageAbout")}
            data={lists.tongues}
            searchable
            required
            allowDeselect={false}
            {...form.getInputProps("language")}
          />
          <MultiSelect
            label={t("languages")}
            description={t("languagesAbout")}
            data={lists.tongues}
            searchable
            required
            {...form.getInputProps("languages")}
          />
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextInput label={t("name")} autoComplete="name" {...form.getInputProps("name")} />
          <TextInput
            label={t("email")}
            type="email"
            autoComplete="username"
            required
            {...form.getInputProps("email")}
          />
          <PasswordInput
            label={t("password")}
            description={t("longer", { n: LETTERS_LEAST })}
            autoComplete="new-password"
            required
            visibilityToggleButtonProps={{ "aria-label": t("show") }}
            {...form.getInputProps("password")}
          />
        </SimpleGrid>
        <Button type="submit" loading={busy}>
          {t("begin")}
        </Button>
      </Stack>
    </form>
  );
}
