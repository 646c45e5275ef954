/** What the fields of every kind of condition are given. */
import type { Condition, Kind } from "../language";

export interface FieldsProps {
  of: Condition;
  kind: Kind;
  onChange: (next: Condition) => void;
}
