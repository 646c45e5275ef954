/** The link with which somebody comes in: shown this once. */
import { useTranslation } from "react-i18next";
import { Copied } from "~/kit/Copied";

export function Invitation({ token }: { token: string }) {
  const { t } = useTranslation("settings");
  const link = `${window.location.origin}/join?token=${encodeURIComponent(token)}`;
  return (
    <div>
      <p style={{ marginBottom: 8 }}>{t("team.link")}</p>
      <Copied text={link} label={t("team.linkName")} />
    </div>
  );
}
