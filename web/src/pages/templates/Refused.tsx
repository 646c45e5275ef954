/** What the server does not take of the text. */
import { Alert } from "@mantine/core";
import { Conflict } from "~/kit/Conflict";
import { useFaultWords } from "~/kit/Fault";
import type { Draft } from "./draft";

export function Refused({ draft, check }: { draft: Draft; check: Error | null }) {
  const words = useFaultWords();
  const { saving, conflict, taken, written } = draft;
  if (conflict || taken) {
    return <Conflict writing={draft} />;
  }
  const fault = saving.error ?? check;
  if (!fault || !written) {
    return null;
  }
  const { what, fix } = words(fault);
  return (
    <Alert color="red" role={saving.error ? "alert" : "status"} title={what}>
      {fix}
    </Alert>
  );
}
