/** Lets those in who are logged in, shows the others the way, and an empty shop its first run. */
import { useQuery } from "@tanstack/react-query";
import { Navigate, Outlet, useLocation } from "react-router";
import { api, body } from "~/api/client";
import { Fault } from "~/kit/Fault";
import { sessionQuery } from "./session";

export function Gate() {
  const { pathname, search } = useLocation();
  const { data: member, isPending, error, refetch } = useQuery(sessionQuery);
  const first = useQuery({
    queryKey: ["first-run"],
    queryFn: () => body(api.GET("/api/first-run", { params: { query: {} } })),
    enabled: member === null,
  });
  if (isPending || (member === null && first.isPending)) {
    return null;
  }
  if (error && member === undefined) {
    return <Fault fault={error} again={refetch} />;
  }
  if (!member && first.data?.needed) {
    return <Navigate to="/first-run" replace />;
  }
  if (!member) {
    const back = encodeURIComponent(pathname + search);
    return <Navigate to={`/login?back=${back}`} replace />;
  }
  if (member.factor_due) {
    return <Navigate to="/second-factor" replace />;
  }
  return <Outlet />;
}
