/** The web app begins here. */
import "@fontsource-variable/inter/wght.css";
import "./mantine.css";
import "./tokens.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";
import { queries } from "./queries";
import { makeRouter } from "./routes";
import { sessionQuery } from "./session";
import { theme, variables } from "./theme";
import { startWords } from "./words";

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";

// What keeps a page still behind a dialogue writes a style too, and takes its nonce from here.
Object.assign(window, { __webpack_nonce__: nonce });

void queries.prefetchQuery(sessionQuery); // asked while the page's own files are on their way
const root = document.getElementById("root");

async function begin(at: HTMLElement): Promise<void> {
  await startWords();
  createRoot(at).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={variables}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce}
      >
        <QueryClientProvider client={queries}>
          <RouterProvider router={makeRouter()} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

// Not awaited: the pages' own files, which share some with this one, would wait for it.
if (root) {
  void begin(root);
}
