import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { expect, it, vi } from "vitest";
import { Gate } from "./Gate";
import { queries } from "./queries";
import { SESSION } from "./session";

it("keeps the page while the server is away for longer than it is asked again", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  queries.setDefaultOptions({ queries: { retry: false } });
  queries.setQueryData(SESSION, { email: "olena@shop.example" });
  const inside = { path: "/", element: <p>What somebody reads</p> };
  const router = createMemoryRouter([{ element: <Gate />, children: [inside] }]);
  render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  await queries.invalidateQueries({ queryKey: SESSION });
  await waitFor(() => expect(queries.getQueryState(SESSION)?.status).toBe("error"));
  expect(screen.getByText("What somebody reads")).toBeTruthy();
});
