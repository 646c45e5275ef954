/** What was read from the server, kept while it is fresh. */
import { QueryClient } from "@tanstack/react-query";
import i18next from "i18next";
import { Problem } from "~/api/client";

export const queries = new QueryClient({
  defaultOptions: {
    // A browser that knows of no network may reach a server of its own house all the same; what
    // is out of reach says so instead of waiting unseen.
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      staleTime: 15_000,
      refetchOnWindowFocus: true,
      refetchOnReconnect: true,
      // A refusal stays one; only what did not arrive, or came at a bad moment, is asked again.
      retry: (tries, fault) =>
        tries < 2 && !(fault instanceof Problem && fault.status >= 400 && fault.status < 500),
    },
  },
});

// The server says sentences in the language that it was asked in.
i18next.on("languageChanged", () => {
  void queries.invalidateQueries();
});
