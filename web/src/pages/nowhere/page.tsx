/** An address at which there is nothing. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty } from "~/kit/Empty";
import { Page } from "~/kit/Page";

export function Component() {
  const { t } = useTranslation();
  return (
    <Page title={t("nowhere")}>
      <Empty
        title={t("nowhereFix")}
        action={
          <Button component={Link} to="/">
            {t("nav.overview")}
          </Button>
        }
      />
    </Page>
  );
}
