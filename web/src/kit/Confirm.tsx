/** A question before something that cannot be taken back, or has to be meant. */
import type { ReactNode } from "react";
import { FormDialogue } from "./FormDialogue";

interface ConfirmProps {
  opened: boolean;
  title: string;
  /** What the button says that does it. */
  action: string;
  busy: boolean;
  /** More room, for a comparison. */
  wide?: boolean;
  disabled?: boolean;
  refused?: unknown;
  onClose: () => void;
  onConfirm: () => void;
  children: ReactNode;
}

export function Confirm({ wide, disabled, onConfirm, children, ...asked }: ConfirmProps) {
  return (
    <FormDialogue {...asked} size={wide ? 640 : "md"} complete={!disabled} onSubmit={onConfirm}>
      <div>{children}</div>
    </FormDialogue>
  );
}
