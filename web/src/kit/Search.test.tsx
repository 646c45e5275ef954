import { MantineProvider } from "@mantine/core";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { Search } from "./Search";

const drawn = (words: string, onChange: (words: string) => void) => (
  <MantineProvider>
    <Search label="Find" words={words} onChange={onChange} />
  </MantineProvider>
);

it("tells what was typed once, and keeps the space before the next word", async () => {
  const onChange = vi.fn();
  const { rerender } = render(drawn("", onChange));
  const field = screen.getByRole<HTMLInputElement>("searchbox", { name: "Find" });
  await userEvent.type(field, "red ");
  await waitFor(() => expect(onChange.mock.calls).toEqual([["red"]]));
  rerender(drawn("red", onChange));
  expect(field.value).toBe("red ");
});

it("is emptied where the words are taken away elsewhere", () => {
  const { rerender } = render(drawn("red", vi.fn()));
  rerender(drawn("", vi.fn()));
  expect(screen.getByRole<HTMLInputElement>("searchbox", { name: "Find" }).value).toBe("");
});
