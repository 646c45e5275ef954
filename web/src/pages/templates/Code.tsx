/** The text editor for code, whose program comes once somebody opens it. */
import { type ComponentProps, lazy, Suspense } from "react";
import { Loading } from "~/kit/Loading";
import styles from "./edit.module.css";
import { about, useEditing } from "./editing";
import { Remarks } from "./Field";

const CodeMirror = lazy(() => import("./CodeMirror"));

/** `place` is where it stands in the definition, so that remarks find it. */
export function Code({ place, ...props }: ComponentProps<typeof CodeMirror> & { place: string }) {
  const { remarks } = useEditing();
  return (
    <div className={styles.field}>
      <span className={styles.label}>{props.label}</span>
      <Suspense fallback={<Loading rows={8} />}>
        <CodeMirror {...props} />
      </Suspense>
      <Remarks of={place ? about(remarks, place) : []} />
    </div>
  );
}
