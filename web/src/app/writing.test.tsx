import { QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { isKept } from "./kept";
import { queries } from "./queries";
import { useWriting } from "./writing";

interface Note {
  id: string;
  name?: string;
}

interface Asked {
  params: { path: { name: string } };
  body: { definition: Note; base: number | null };
}

const { shelf, server } = vi.hoisted(() => {
  /** The latest version of each, as the server keeps them. */
  const shelf = new Map<string, { version: number; body: Note }>();
  const server = {
    GET: async (_: string, { params }: Asked) => {
      const stands = shelf.get(params.path.name);
      return { data: stands && { id: params.path.name, ...stands } };
    },
    PUT: async (_: string, { params, body: { definition, base } }: Asked) => {
      const { name } = params.path;
      const { version = 0 } = shelf.get(name) ?? {};
      if (base !== null && version > base) {
        const { Problem } = await import("~/api/client");
        throw new Problem(409, "conflict", "somebody was quicker");
      }
      const put = { version: version + 1, body: definition };
      shelf.set(name, put);
      return { data: { id: name, ...put } };
    },
  };
  return { shelf, server };
});

vi.mock("~/api/client", async (original) => ({
  ...(await original<typeof import("~/api/client")>()),
  api: server,
}));

const around = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={queries}>{children}</QueryClientProvider>
);

const write = (name: string, numbered = false) =>
  renderHook(
    () =>
      useWriting<Note>("segment", name, {
        fresh: { id: "" },
        idOf: (note) => note.id || note.name || "note",
        numbered,
        changed: () => Promise.resolve(),
      }),
    { wrapper: around },
  ).result;

afterEach(() => {
  localStorage.clear();
  queries.clear();
  shelf.clear();
});

test("it begins with what is stored, is kept while it is written, and no longer once it is saved", async () => {
  shelf.set("spring", { version: 3, body: { id: "spring", name: "Spring" } });
  const note = write("spring");
  await waitFor(() => expect(note.current.draft.name).toBe("Spring"));
  expect(note.current.written).toBe(false);
  act(() => note.current.put({ id: "spring", name: "Late spring" }));
  expect(note.current).toMatchObject({ written: true, base: 3 });
  expect(isKept("segment-spring")).toBe(true);
  await act(() => note.current.saving.mutateAsync({}));
  expect(shelf.get("spring")).toEqual({ version: 4, body: { id: "spring", name: "Late spring" } });
  expect(isKept("segment-spring")).toBe(false);
  await waitFor(() =>
    expect(note.current).toMatchObject({ written: false, draft: { name: "Late spring" } }),
  );
});

test("what somebody else saved meanwhile is not written over unasked", async () => {
  shelf.set("spring", { version: 1, body: { id: "spring", name: "Spring" } });
  const note = write("spring");
  await waitFor(() => expect(note.current.draft.name).toBe("Spring"));
  act(() => note.current.put({ id: "spring", name: "Mine" }));
  shelf.set("spring", { version: 2, body: { id: "spring", name: "Theirs" } });
  await act(() => note.current.saving.mutateAsync({}).catch(() => null));
  await waitFor(() =>
    expect(note.current).toMatchObject({ conflict: true, taken: "", draft: { name: "Mine" } }),
  );
  expect(shelf.get("spring")?.body.name).toBe("Theirs");
  await act(() => note.current.saving.mutateAsync({ over: 2 }));
  expect(shelf.get("spring")).toEqual({ version: 3, body: { id: "spring", name: "Mine" } });
  await waitFor(() => expect(note.current.conflict).toBe(false));
});

test("a new one never takes the place of another: it waits for a name, or takes the next id", async () => {
  shelf.set("spring", { version: 1, body: { id: "spring", name: "spring" } });
  const waits = write("");
  act(() => waits.current.put({ id: "", name: "spring" }));
  await act(() => waits.current.saving.mutateAsync({}).catch(() => null));
  await waitFor(() =>
    expect(waits.current).toMatchObject({ taken: "spring", conflict: false, written: true }),
  );
  act(() => waits.current.put({ id: "", name: "summer" }));
  await waitFor(() => expect(waits.current.taken).toBe(""));
  act(() => waits.current.put({ id: "", name: "spring" }));
  const numbered = write("", true);
  await act(() => numbered.current.saving.mutateAsync({}));
  expect([...shelf.keys()]).toEqual(["spring", "spring-2"]);
  expect(shelf.get("spring")?.version).toBe(1);
});

test("an undo saves the words from before", async () => {
  shelf.set("spring", { version: 1, body: { id: "spring", name: "Before" } });
  const note = write("spring");
  await waitFor(() => expect(note.current.draft.name).toBe("Before"));
  act(() => note.current.put({ id: "spring", name: "After" }));
  const { version } = await act(() => note.current.saving.mutateAsync({}));
  const instead = { id: "spring", name: "Before" };
  await act(() => note.current.saving.mutateAsync({ over: version, instead }));
  expect(shelf.get("spring")).toEqual({ version: 3, body: instead });
});
