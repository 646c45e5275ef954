/** What talking to customers was worth, and what needs attention. */
import { useTranslation } from "react-i18next";
import { Page } from "~/kit/Page";

export function Component() {
  const { t } = useTranslation("overview");
  return <Page title={t("title")}>{null}</Page>;
}
