/** The languages of the app, and where the words of each are. */

export const LANGUAGES = { en: "English", ru: "Русский", uk: "Українська", mn: "Монгол" } as const;
export type Language = keyof typeof LANGUAGES;
/** A letter of each file of our font that the language is written with. */
export const LETTERS: Record<Language, string> = { en: "a", ru: "aя", uk: "aя", mn: "aяө" };

const files = import.meta.glob<{ default: Record<string, unknown> }>("../i18n/*/*.json");
export const KEPT = "maracuja-language"; // where the language chosen is kept
/** The words of the frame around all pages. */
export const FRAME_WORDS = ["app", "kit"] as const;

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

/** The words of this name in a language. */
export async function wordsOf(language: string, name: string): Promise<Record<string, unknown>> {
  const load = files[`../i18n/${language}/${name}.json`];
  if (!load) {
    throw new Error(`There are no words "${name}" in "${language}".`);
  }
  return (await load()).default;
}
