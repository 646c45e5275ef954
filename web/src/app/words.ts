/** The words of the app in four languages; a page's words are loaded with the page. */
import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import { FRAME_WORDS, firstLanguage, KEPT, type Language, wordsOf } from "./languages";

/** Have these words at hand in the language of now. */
export async function loadWords(names: readonly string[], language = i18next.language) {
  await Promise.all(
    names.map(async (name) => {
      if (i18next.hasResourceBundle(language, name)) {
        return;
      }
      i18next.addResourceBundle(language, name, await wordsOf(language, name));
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
  await loadWords(FRAME_WORDS, language);
  document.documentElement.lang = language;
  return i18next;
}
