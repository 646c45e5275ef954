import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { Problem } from "~/api/client";
import { FormDialogue } from "./FormDialogue";

const drawn = (props: Partial<Parameters<typeof FormDialogue>[0]>, onOuter = vi.fn()) =>
  render(
    <MantineProvider>
      <form onSubmit={onOuter}>
        <FormDialogue action="Keep" busy={false} onSubmit={vi.fn()} onClose={vi.fn()} {...props}>
          <input aria-label="Name" />
        </FormDialogue>
      </form>
    </MantineProvider>,
  );

it("is sent by Enter, and the form that it is drawn in is not", async () => {
  const onSubmit = vi.fn();
  const onOuter = vi.fn();
  drawn({ onSubmit }, onOuter);
  await userEvent.type(await screen.findByLabelText("Name"), "Summer{Enter}");
  expect(onSubmit).toHaveBeenCalledOnce();
  expect(onOuter).not.toHaveBeenCalled();
});

it("is called as its button where it has no other title, and says what was refused", async () => {
  drawn({ refused: new Problem(422, "bad", "the name is taken", "", "Take another.") });
  expect(await screen.findByRole("dialog", { name: "Keep" })).toBeTruthy();
  expect(screen.getByRole("alert").textContent).toBe("The name is taken.Take another.");
});

it("is left by a button, unless something else stands there", async () => {
  const onClose = vi.fn();
  const { unmount } = drawn({ onClose });
  await userEvent.click(await screen.findByRole("button", { name: "cancel" }));
  expect(onClose).toHaveBeenCalledOnce();
  unmount();
  drawn({ beside: null });
  await screen.findByRole("button", { name: "Keep" });
  expect(screen.queryByRole("button", { name: "cancel" })).toBeNull();
});
