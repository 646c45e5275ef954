/** What may be wider than the screen: it scrolls by itself, by the keyboard too. */
import { type ReactNode, useCallback, useState } from "react";
import styles from "./Sideways.module.css";

export function Sideways({ label, children }: { label: string; children: ReactNode }) {
  const [scrolls, setScrolls] = useState(false);
  const box = useCallback((element: HTMLElement | null) => {
    if (!element) {
      return;
    }
    const seen = new ResizeObserver(() => setScrolls(element.scrollWidth > element.clientWidth));
    for (const one of [element, ...element.children]) {
      seen.observe(one);
    }
    return () => seen.disconnect();
  }, []);
  return (
    // A stop for the keyboard only where there is somewhere to go.
    <div
      ref={box}
      className={styles.sideways}
      {...(scrolls ? { role: "region", "aria-label": label, tabIndex: 0 } : {})}
    >
      {children}
    </div>
  );
}
