/** What a question to the server has come to: waiting, refused, or its answer. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Fault } from "./Fault";
import { Loading } from "./Loading";

interface QueryProps<T> {
  of: UseQueryResult<T>;
  rows?: number;
  children: (found: T) => ReactNode;
}

export function Query<T>({ of, rows, children }: QueryProps<T>) {
  if (of.data !== undefined) {
    return children(of.data);
  }
  return of.error ? <Fault fault={of.error} again={of.refetch} /> : <Loading rows={rows} />;
}
