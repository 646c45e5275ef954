/** What all pages of the shop have: the title, and the way from one to the other. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "~/kit/Page";
import { Sections } from "~/kit/Sections";
import { PARTS } from "./parts";

interface ShopPageProps {
  part: (typeof PARTS)[number];
  ready: boolean;
  actions?: ReactNode;
  children: ReactNode;
}

export function ShopPage({ part, ready, actions, children }: ShopPageProps) {
  const { t } = useTranslation("shop");
  return (
    <Page
      title={t(`part.${part}`)}
      about={t(`about.${part}`)}
      actions={actions}
      ready={ready}
      wide
    >
      <Sections
        label={t("title")}
        of={PARTS.map((one) => ({ to: `/shop/${one}`, label: t(`part.${one}`) }))}
      />
      {children}
    </Page>
  );
}
