/** Reading conversations: lists in parts, threads from their end, patched as the server tells. */
import {
  type InfiniteData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect } from "react";
import { api, body, type Schemas } from "~/api/client";
import { useChanged } from "~/app/live";
import { queries } from "~/app/queries";
import { useMember } from "~/app/session";
import { useSayFault } from "~/kit/Refused";
import { flush, whenTaken } from "./sending";
import { type Filter, fits, joined, placed, type State, type Talk, type Thread } from "./talks";

type Part = Schemas["Listing_ConversationShown_"];

const ROWS = 50;
const TURNS = 50;
const END = 2 ** 31 - 1;
const GAP = 200; // of turns that are read at a time where much has been missed
const MANY = 10;

const listKey = (filter: Filter) => ["replies", "list", filter] as const;
const threadKey = (number: string) => ["replies", "thread", number] as const;

/** As whom somebody of the team answers. */
export function useOperator(): string {
  const member = useMember();
  return member.name || member.email;
}

export function useTalks(filter: Filter) {
  const me = useOperator();
  return useInfiniteQuery({
    queryKey: listKey(filter),
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET("/v1/conversations", {
          params: {
            query: {
              limit: ROWS,
              after: pageParam,
              ...(filter.state ? { state: [filter.state] } : {}),
              ...(filter.channel ? { channel: filter.channel } : {}),
              ...(filter.mine ? { assignee: me } : {}),
            },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
  });
}

const read = (number: string, query: { after?: number; before?: number; limit: number }) =>
  body(api.GET("/v1/conversations/{number}", { params: { path: { number }, query } }));

/** The end of a thread, joined to what of it is there already, without a gap between. */
async function readThread(number: string): Promise<Thread> {
  const known = queries.getQueryData<Thread>(threadKey(number));
  const end = await read(number, { before: END, limit: TURNS });
  if (!known) {
    return { conversation: end.conversation, turns: end.turns, earlier: end.more };
  }
  let turns = joined(known.turns, []);
  for (;;) {
    const last = turns[turns.length - 1]?.seq ?? 0;
    if ((end.turns[0]?.seq ?? 0) <= last + 1) {
      break;
    }
    const missed = await read(number, { after: last, limit: GAP });
    if (missed.turns.length === 0) {
      break;
    }
    turns = joined(turns, missed.turns);
  }
  return {
    conversation: end.conversation,
    turns: joined(turns, end.turns),
    earlier: known.turns.length > 0 ? known.earlier : end.more,
  };
}

export function useThread(number: string) {
  return useQuery({ queryKey: threadKey(number), queryFn: () => readThread(number) });
}

/** Read the fifty turns before the first that is there. */
export function useEarlier(number: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (before: number) => read(number, { before, limit: TURNS }),
    onSuccess: ({ turns, more }) => {
      cache.setQueryData<Thread>(
        threadKey(number),
        (known) => known && { ...known, turns: joined(known.turns, turns), earlier: more },
      );
    },
  });
}

/** Put a conversation as it is now into every list and its thread. */
function patch(talk: Talk, me: string) {
  const lists = queries.getQueryCache().findAll({ queryKey: ["replies", "list"] });
  for (const { queryKey } of lists) {
    const filter = queryKey[2] as Filter;
    queries.setQueryData<InfiniteData<Part>>(
      queryKey,
      (data) => data && put(data, talk, filter, me),
    );
  }
  queries.setQueryData<Thread>(
    threadKey(talk.id),
    (known) => known && { ...known, conversation: talk },
  );
}

function put(data: InfiniteData<Part>, talk: Talk, filter: Filter, me: string) {
  const whole = !data.pages[data.pages.length - 1]?.next;
  const talks = placed(
    data.pages.flatMap((page) => page.items),
    talk,
    fits(talk, filter, me),
    whole,
  );
  let begin = 0;
  const pages = data.pages.map((page, n) => {
    const end = n === data.pages.length - 1 ? talks.length : begin + page.items.length;
    const items = talks.slice(begin, end);
    begin = end;
    return { ...page, items };
  });
  return { ...data, pages };
}

/** Keep lists and threads as the server has them. */
export function useLiveTalks(open: string) {
  const me = useOperator();
  const refresh = async (number: string) => {
    const found =
      number === open
        ? await queries.fetchQuery({
            queryKey: threadKey(number),
            queryFn: () => readThread(number),
            staleTime: 0,
          })
        : await read(number, { before: END, limit: 1 });
    patch(found.conversation, me);
  };
  useChanged("conversation", (numbers) => {
    for (const number of numbers) {
      if (number !== open) {
        void queries.invalidateQueries({ queryKey: threadKey(number), refetchType: "none" });
      }
    }
    if (numbers.length > MANY) {
      void queries.invalidateQueries({ queryKey: ["replies"] });
      return;
    }
    for (const number of numbers) {
      refresh(number).catch(() => queries.invalidateQueries({ queryKey: ["replies", "list"] }));
    }
  });
  useEffect(() => {
    void flush();
    return whenTaken((answer, turn) => {
      queries.setQueryData<Thread>(
        threadKey(answer.talk),
        (known) => known && { ...known, turns: joined(known.turns, [turn]) },
      );
    });
  }, []);
}

export interface Change {
  state?: State;
  assignee?: string;
  read?: number;
}

/** Change a conversation: shown at once, put back where the server refuses. */
export function useChangeTalk(talk: Talk) {
  const me = useOperator();
  const say = useSayFault();
  return useMutation({
    mutationFn: (change: Change) =>
      body(
        api.PATCH("/v1/conversations/{number}", {
          params: { path: { number: talk.id } },
          body: change,
        }),
      ),
    onMutate: ({ read: seen, ...change }) => {
      patch({ ...talk, ...change, ...(seen === undefined ? {} : { unread: 0 }) }, me);
    },
    onSuccess: (now) => patch(now, me),
    onError: (fault) => {
      say(fault);
      patch(talk, me);
    },
  });
}
