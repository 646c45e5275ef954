/** A refusal in words: where it arose, or in the corner. */
import { useFaultWords } from "./Fault";
import { Note } from "./Note";
import { failed } from "./notices";

interface RefusedProps {
  /** What a question or a change came to; nothing is shown where that is no error. */
  of: unknown;
  /** "status" where it comes and goes while something is written. */
  role?: "alert" | "status";
  className?: string;
}

/** Under the fields that it is about. */
export function Refused({ of, role = "alert", className }: RefusedProps) {
  const words = useFaultWords();
  if (!of) {
    return null;
  }
  const { what, fix } = words(of);
  return (
    <div className={className} role={role}>
      <Note tone="bad" title={what}>
        {fix}
      </Note>
    </div>
  );
}

/** Says a refusal in the corner: what failed stands nowhere on the page. */
export function useSayFault(): (fault: unknown) => void {
  const words = useFaultWords();
  return (fault) => {
    const { what, fix } = words(fault);
    failed(what, fix);
  };
}
