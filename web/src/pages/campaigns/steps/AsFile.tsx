/** The whole definition as a file, with the fields that the other steps do not show. */
import { Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Card } from "~/kit/Card";
import { Query } from "~/kit/Query";
import type { Draft } from "../definition";
import type { StepProps } from "./Lacking";
import styles from "./steps.module.css";

type Yaml = typeof import("yaml");

export function AsFile({ writing }: StepProps) {
  const { t } = useTranslation("campaigns");
  const yaml = useQuery({
    queryKey: ["code", "yaml"],
    queryFn: () => import("yaml"),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Card title={t("file.title")} about={t("file.about")}>
      <Query of={yaml} rows={12}>
        {(found) => <Text yaml={found} writing={writing} />}
      </Query>
    </Card>
  );
}

function Text({ yaml, writing }: StepProps & { yaml: Yaml }) {
  const { t } = useTranslation("campaigns");
  const { draft, put } = writing;
  const [text, setText] = useState(() => yaml.stringify(draft));
  const [fault, setFault] = useState("");
  const write = (next: string) => {
    setText(next);
    try {
      const read: unknown = yaml.parse(next);
      if (!isMapping(read)) {
        setFault(t("file.noMapping"));
        return;
      }
      setFault("");
      put({ ...read, id: draft.id } as Draft);
    } catch (wrong) {
      setFault(wrong instanceof Error ? wrong.message : String(wrong));
    }
  };
  return (
    <Textarea
      aria-label={t("file.title")}
      autosize
      minRows={16}
      maxRows={40}
      spellCheck={false}
      classNames={{ input: styles.code ?? "" }}
      value={text}
      onChange={(event) => write(event.currentTarget.value)}
      error={fault}
    />
  );
}

const isMapping = (read: unknown): read is Record<string, unknown> =>
  typeof read === "object" && read !== null && !Array.isArray(read);
