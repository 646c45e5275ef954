/** What customers answered: the list, the thread, and who it is; one of them at a time on a phone. */
import { useHotkeys } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { Empty } from "~/kit/Empty";
import { useReady } from "~/kit/Page";
import { useLiveTalks, useTalks, useThread } from "./data";
import { List } from "./List";
import { PersonPanel } from "./PersonPanel";
import styles from "./replies.module.css";
import { readFilter } from "./search";
import { ThreadPane } from "./ThreadPane";

export function Component() {
  const { t } = useTranslation("replies");
  const { number = "" } = useParams();
  const [params] = useSearchParams();
  const filter = readFilter(params);
  const list = useTalks(filter);
  useLiveTalks(number);
  useStepping(number, list.data?.pages.flatMap((page) => page.items.map((one) => one.id)) ?? []);
  useReady(t("title"), !list.isPending && !number);
  return (
    <div className={styles.inbox} data-open={number ? "" : undefined}>
      <h1 className="visually-hidden">{t("title")}</h1>
      <List list={list} filter={filter} open={number} />
      {number ? (
        <Talk key={number} number={number} />
      ) : (
        <div className={styles.choose}>
          <Empty title={t("choose")}>{t("chooseAbout")}</Empty>
        </div>
      )}
    </div>
  );
}

function Talk({ number }: { number: string }) {
  const { t } = useTranslation("replies");
  const [params, setParams] = useSearchParams();
  const thread = useThread(number);
  const aside = params.get("pane") === "person";
  const show = (pane: string) => {
    const next = new URLSearchParams(params);
    pane ? next.set("pane", pane) : next.delete("pane");
    setParams(next, { replace: true });
  };
  useReady(thread.data?.conversation.name || t("title"), !thread.isPending);
  return (
    <>
      <ThreadPane
        number={number}
        thread={thread}
        hidden={aside}
        onPerson={() => show(aside ? "" : "person")}
      />
      {thread.data ? (
        <PersonPanel talk={thread.data.conversation} shown={aside} onClose={() => show("")} />
      ) : (
        <div className={styles.person} />
      )}
    </>
  );
}

/** j and k go to the next conversation of the list and to the one before. */
function useStepping(open: string, numbers: readonly string[]) {
  const go = useNavigate();
  const [params] = useSearchParams();
  const step = (by: number) => {
    const at = numbers.indexOf(open);
    const next = numbers[at < 0 ? 0 : at + by];
    if (next && next !== open) {
      void go({ pathname: `/replies/${next}`, search: params.toString() });
    }
  };
  useHotkeys([
    ["j", () => step(1)],
    ["k", () => step(-1)],
  ]);
}
