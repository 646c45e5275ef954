/** What a language is called in the language of the app. */
import { useTranslation } from "react-i18next";
import { tongues } from "~/app/lists";

export function useTongue(): (code: string) => string {
  const { i18n } = useTranslation();
  return (code) => tongues(i18n.language).find(({ value }) => value === code)?.label ?? code;
}
