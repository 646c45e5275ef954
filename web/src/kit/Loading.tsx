/** The shape of what is coming, shown once waiting has become noticeable. */
import { Skeleton } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

const NOTICEABLE_MS = 150;

export function Loading({ rows = 6, height = 38 }: { rows?: number; height?: number }) {
  const { t } = useTranslation("kit");
  const [shown, show] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => show(true), NOTICEABLE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status" aria-label={t("loading")} style={{ minHeight: rows * height }}>
      {shown
        ? Array.from({ length: rows }, (_, n) => (
            <Skeleton
              // biome-ignore lint/suspicious/noArrayIndexKey: rows that are all alike
              key={n}
              height={height - 18}
              my={9}
              width={`${96 - ((n * 17) % 30)}%`}
            />
          ))
        : null}
    </div>
  );
}
