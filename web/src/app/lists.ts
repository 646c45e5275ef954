/** Choices that the browser knows by name: time zones, languages, currencies, countries. */
import { MONGOLIAN_TONGUES } from "./mongolian_tongues";

interface Choice {
  value: string;
  label: string;
}

const TONGUES = [
  "uk",
  "ru",
  "en",
  "mn",
  "kk",
  "ky",
  "uz",
  "az",
  "ka",
  "hy",
  "be",
  "bg",
  "ro",
  "pl",
  "cs",
  "sk",
  "hu",
  "de",
  "fr",
  "es",
  "it",
  "pt",
  "nl",
  "tr",
  "el",
  "lt",
  "lv",
  "et",
  "fi",
  "sv",
  "da",
  "nb",
  "zh",
  "ja",
  "ko",
  "vi",
  "th",
  "id",
  "hi",
  "ar",
  "he",
];
const REGIONS = [
  "UA",
  "MN",
  "KZ",
  "KG",
  "UZ",
  "AZ",
  "GE",
  "AM",
  "BY",
  "MD",
  "RU",
  "PL",
  "CZ",
  "SK",
  "HU",
  "RO",
  "BG",
  "DE",
  "AT",
  "CH",
  "FR",
  "ES",
  "IT",
  "PT",
  "NL",
  "BE",
  "LU",
  "IE",
  "GB",
  "GR",
  "CY",
  "MT",
  "HR",
  "SI",
  "LT",
  "LV",
  "EE",
  "FI",
  "SE",
  "DK",
  "NO",
  "IS",
  "TR",
  "IL",
  "AE",
  "SA",
  "EG",
  "IN",
  "CN",
  "JP",
  "KR",
  "VN",
  "TH",
  "ID",
  "AU",
  "NZ",
  "US",
  "CA",
  "MX",
  "BR",
  "AR",
  "ZA",
  "NG",
  "KE",
];

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

function named(
  type: "language" | "region" | "currency",
  codes: readonly string[],
  speaks: string,
) {
  const names = new Intl.DisplayNames([speaks, "en"], { type });
  const own: Record<string, string> =
    type === "language" && speaks === "mn" ? MONGOLIAN_TONGUES : {};
  const choices = codes.map((code): Choice => {
    const name = capital(own[code] ?? names.of(code) ?? code);
    return { value: code, label: type === "currency" ? `${code} · ${name}` : name };
  });
  const { compare } = new Intl.Collator(speaks);
  return choices.sort((one, other) => compare(one.label, other.label));
}

export const tongues = (speaks: string) => named("language", TONGUES, speaks);
export const regions = (speaks: string) => named("region", REGIONS, speaks);
export const currencies = (speaks: string) =>
  named("currency", Intl.supportedValuesOf("currency"), speaks);
/** Browsers still know some places by the names of another time. */
const RENAMED: Record<string, string> = {
  "Europe/Kiev": "Europe/Kyiv",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
};
const renamed = (zone: string) => RENAMED[zone] ?? zone;

export const timeZones = () =>
  [...new Set(Intl.supportedValuesOf("timeZone").map(renamed))].sort();
export const ownTimeZone = () => renamed(Intl.DateTimeFormat().resolvedOptions().timeZone);
