/** The demo shop: how far it is, asking for it, and going back to the own shop. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { queries } from "~/app/queries";
import { useSayFault } from "~/kit/Refused";
import { restarted } from "~/pages/settings/restarting";

export type DemoShop = Schemas["DemoShop"];

/** How many people it has: as many as its campaign needs to prove itself. */
export const PEOPLE = 20_000;

const KEY = ["demo-shop"] as const;
const LOOK_MS = 1_000;

export function useDemoShop() {
  return useQuery({
    queryKey: KEY,
    queryFn: async () => {
      const found = await body(api.GET("/api/demo-shop"));
      const before = queries.getQueryData<DemoShop>(KEY);
      if (before?.state === "making" && found.state === "shown") {
        // It is another shop that answers now; this question has just been answered by it.
        void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
      }
      return found;
    },
    refetchInterval: ({ state }) => (state.data?.state === "making" ? LOOK_MS : false),
  });
}

function useAsking(ask: () => Promise<DemoShop>, after: (found: DemoShop) => Promise<void>) {
  const onError = useSayFault();
  return useMutation({
    mutationFn: async () => after(await ask()),
    onError,
  });
}

/** Ask for it, and see on the overview how it grows. */
export function useLoad() {
  const go = useNavigate();
  return useAsking(
    () => body(api.POST("/api/demo-shop/load", { body: { people: PEOPLE } })),
    async (found) => {
      queries.setQueryData(KEY, found);
      await queries.invalidateQueries({ queryKey: ["work"] });
      await go("/");
    },
  );
}

/** Delete it; done once the own shop answers again. */
export function useRemove() {
  const go = useNavigate();
  return useAsking(
    () => body(api.POST("/api/demo-shop/remove")),
    async () => {
      await restarted();
      await go("/");
    },
  );
}
