import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { beforeAll, expect, it } from "vitest";
import { SESSION } from "~/app/session";
import { loadWords, speak, startWords } from "~/app/words";
import { useAudited } from "./audited";

const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } });
queries.setQueryData(SESSION, { rights: { team: 1 } });
queries.setQueryData(["team"], { items: [{ id: 1, name: "Olena", email: "olena@shop.example" }] });

beforeAll(async () => {
  await startWords("en");
  await loadWords(["audit", "settings"]);
});

type Audited = ReturnType<typeof useAudited>;

function said(show: (audited: Audited) => React.ReactNode): HTMLElement {
  const Shown = () => show(useAudited());
  return render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <MemoryRouter>
          <Shown />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  ).container;
}

it.each([
  ["person:17", "Person 17", "/people/17"],
  ["team:1", "Team member Olena", "/settings/team"],
  ["team:2", "Team member 2", "/settings/team"],
  ["team", "Team", "/settings/team"],
  ["channel:telegram/promo", "Channel Telegram · promo", "/settings/channels/telegram/promo"],
  ["settings:telegram.promo", "Settings: Telegram · promo", "/settings/channels/telegram/promo"],
  ["settings:pressure", "Settings: How often, and when not", "/settings/shop"],
  [
    "conversation:0123456789abcdef0123456789abcdef",
    "Conversation 01234567",
    "/replies/0123456789abcdef0123456789abcdef",
  ],
  ["breach:2", "Breach 2", "/settings/privacy?tab=breaches"],
])("says and links %s", (subject, words, to) => {
  const link = said((audited) => audited.about(subject)).querySelector("a");
  expect(link?.textContent).toBe(words);
  expect(link?.getAttribute("href")).toBe(to);
});

it.each([
  ["person:4611686018427387999", "Person 4611686018427387999"],
  ["property:Order Completed:price", "Property Order Completed:price"],
  ["workspace", "The whole shop"],
  ["moon:3", "moon:3"],
])("says %s, which has no page", (subject, words) => {
  const shown = said((audited) => audited.about(subject));
  expect(shown.querySelector("a")).toBeNull();
  expect(shown.textContent).toContain(words);
});

it("says who acts: a member by name, a key, the program itself, and whom it does not know", () => {
  const shown = said(({ actor }) => (
    <p>
      {["team:olena@shop.example", "team:gone@shop.example", "key:till", "worker", "203.0.113.5"]
        .map(actor)
        .join(", ")}
    </p>
  ));
  expect(shown.querySelector("p")?.textContent).toBe(
    "Olena, gone@shop.example, Key till, Worker, 203.0.113.5",
  );
});

it("says actions in the reader's language, and what it does not know as it stands", async () => {
  await speak("uk");
  const shown = said(({ action, choices }) => (
    <p>
      {action("channel.stop")}, {action("moonwalk")}, {choices("moonwalk")[0]?.label},{" "}
      {String(choices("launch").length < choices("moonwalk").length)}
    </p>
  ));
  expect(shown.querySelector("p")?.textContent).toBe("Канал зупинено, moonwalk, moonwalk, true");
  await speak("en");
});
