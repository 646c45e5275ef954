/** The page around logging in and joining: the name of the product, one form, the languages. */
import { Group, Title, UnstyledButton } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, type Language } from "~/app/languages";
import { speak } from "~/app/words";
import { Refused } from "~/kit/Refused";
import styles from "./Outside.module.css";

interface OutsideProps {
  title: string;
  about?: string;
  fault?: unknown;
  /** Room for two fields beside each other. */
  wide?: boolean;
  children: ReactNode;
}

export function Outside({ title, about, fault, wide, children }: OutsideProps) {
  const { i18n } = useTranslation();
  useEffect(() => {
    document.title = `${title} · Maracuja`;
    document.documentElement.dataset.ready = window.location.pathname;
    return () => {
      delete document.documentElement.dataset.ready;
    };
  }, [title]);
  return (
    <main className={styles.outside}>
      <div className={styles.box} data-wide={wide || undefined}>
        <div className={styles.brand}>
          <img src="/logo.svg" width={34} height={34} alt="" />
          Maracuja
        </div>
        <Title order={1}>{title}</Title>
        {about ? <p className={styles.about}>{about}</p> : null}
        <Refused of={fault} />
        {children}
      </div>
      <Group gap={16} justify="center" component="nav" aria-label="Languages">
        {(Object.keys(LANGUAGES) as Language[]).map((language) => (
          <UnstyledButton
            key={language}
            lang={language}
            className={styles.language}
            aria-current={i18n.language === language || undefined}
            onClick={() => speak(language)}
          >
            {LANGUAGES[language]}
          </UnstyledButton>
        ))}
      </Group>
    </main>
  );
}
