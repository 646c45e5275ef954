/** The words of the app in four languages; a page's words are loaded with the page. */
import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = { en: "English", ru: "Русский", uk: "Українська", mn: "Монгол" } as const;
export type Language = keyof typeof LANGUAGES;

const files = import.meta.glob<{ default: Record<string, unknown> }>("../i18n/*/*.json");
const KEPT = "maracuja-language";

/** The language chosen before, else the browser's first that we speak, else English. */
export function firstLanguage(
  kept: string | null = localStorage.getItem(KEPT),
  wished: readonly string[] = navigator.languages,
): Language {
  for (const tag of [kept ?? "", ...wished]) {
    const language = tag.slice(0, 2).toLowerCase();
    if (language in LANGUAGES) {
      return language as Language;
    }
  }
  return "en";
}

/** Have these words at hand in the language of now. */
export async function loadWords(names: readonly string[], language = i18next.language) {
  await Promise.all(
    names.map(async (name) => {
      if (i18next.hasResourceBundle(language, name)) {
        return;
      }
      const load = files[`../i18n/${language}/${name}.json`];
      if (!load) {
        throw new Error(`There are no words "${name}" in "${language}".`);
      }
      i18next.addResourceBundle(language, name, (await load()).default);
      loaded.add(name);
    }),
  );
}

const loaded = new Set<string>();

export async function speak(language: Language): Promise<void> {
  await loadWords([...loaded], language);
  localStorage.setItem(KEPT, language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

/** Begin, with the words of the frame around all pages. */
export async function startWords(language: Language = firstLanguage()): Promise<i18n> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: {},
    defaultNS: "app",
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
    saveMissing: true,
    missingKeyHandler: (_languages, name, key) => {
      reportError(new Error(`There are no words "${name}:${key}".`));
    },
  });
  await loadWords(["app", "kit"], language);
  document.documentElement.lang = language;
  return i18next;
}
