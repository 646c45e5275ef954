/** A dialogue over the page, with a cross that is read aloud. */
import { Modal, type ModalProps } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function Dialogue(props: ModalProps) {
  const { t } = useTranslation("kit");
  return <Modal closeButtonProps={{ "aria-label": t("close") }} {...props} />;
}
