/** What can be done with a report: taken along as CSV, PNG or on paper, and shared by a link. */
import { Button, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconDownload,
  IconFileSpreadsheet,
  IconPhoto,
  IconPrinter,
  IconShare,
} from "@tabler/icons-react";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { change } from "~/app/format";
import { Dialogue } from "~/kit/Dialogue";
import { failed } from "~/kit/notices";
import { liftPicture, save } from "~/kit/picture";
import { useEffects } from "./Effects";
import { drawn, type Report } from "./report";
import { Share } from "./Share";

interface ActionsProps {
  report: Report;
  goal: string;
}

export function Actions({ report, goal }: ActionsProps) {
  const { t } = useTranslation("reports");
  const [sharing, share] = useDisclosure(false);
  const { campaign } = report.plan;
  return (
    <>
      <Export
        csv={`/api/campaigns/${campaign}/report?${new URLSearchParams({ form: "csv", goal })}`}
        name={campaign}
        picture={<Picture report={report} />}
      />
      <Button leftSection={<IconShare size={16} aria-hidden />} onClick={share.open}>
        {t("share.open")}
      </Button>
      <Dialogue opened={sharing} onClose={share.close} title={t("share.title")}>
        <Share campaign={campaign} goal={goal} />
      </Dialogue>
    </>
  );
}

interface ExportProps {
  csv: string;
  name: string;
  picture?: React.ReactNode;
}

export function Export({ csv, name, picture }: ExportProps) {
  const { t } = useTranslation("reports");
  const address = `${csv}&language=${i18next.language}`;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />}>
          {t("export")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          component="a"
          href={address}
          download={`${name}.csv`}
          leftSection={<IconFileSpreadsheet size={16} aria-hidden />}
        >
          CSV
        </Menu.Item>
        {picture}
        <Menu.Item
          leftSection={<IconPrinter size={16} aria-hidden />}
          onClick={() => window.print()}
        >
          {t("print")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Picture({ report }: { report: Report }) {
  const { t } = useTranslation("reports");
  const { lifts } = drawn(useEffects(report));
  const draw = async () => {
    try {
      const title = `${report.plan.name} · ${t("effects")}`;
      const blob = await liftPicture({ title, note: t("effectsAbout"), lifts, show: change });
      save(blob, `${report.plan.campaign}.png`);
    } catch (fault) {
      failed(String(fault));
    }
  };
  return (
    <Menu.Item
      disabled={lifts.length === 0}
      leftSection={<IconPhoto size={16} aria-hidden />}
      onClick={draw}
    >
      PNG
    </Menu.Item>
  );
}
