/** What several pages of the settings read. */
import { useQuery } from "@tanstack/react-query";
import { api, body, type Schemas } from "~/api/client";

export type Account = Schemas["AccountShown"];
export type Setting = Schemas["SettingShown"];

const ALL = { params: { query: { limit: 1000 } } };

export const useAccounts = () =>
  useQuery({
    queryKey: ["accounts"],
    queryFn: () => body(api.GET("/api/settings/channels", ALL)),
  });

/** How each channel does: stopped or not, and what its vendor says. */
export const useHealth = () =>
  useQuery({ queryKey: ["health"], queryFn: () => body(api.GET("/api/channels", ALL)) });

export const useDefinitions = (kind: string) =>
  useQuery({
    queryKey: ["definitions", kind],
    queryFn: () => body(api.GET("/api/definitions", { params: { query: { kind, limit: 1000 } } })),
  });

export const useTeam = (enabled = true) =>
  useQuery({ queryKey: ["team"], queryFn: () => body(api.GET("/api/team", ALL)), enabled });

/** What holds for everybody who works here, and what each role may. */
export const useTeamRules = () =>
  useQuery({ queryKey: ["team", "rules"], queryFn: () => body(api.GET("/api/team/rules")) });

export const useKeys = () =>
  useQuery({ queryKey: ["keys"], queryFn: () => body(api.GET("/api/keys", ALL)) });

export const useImports = () =>
  useQuery({
    queryKey: ["imports"],
    queryFn: () => body(api.GET("/api/imports", ALL)),
    refetchInterval: ({ state }) =>
      state.data?.items.some((one) => one.state === "running" || one.state === "checking")
        ? 1_000
        : false,
  });

export const useRefusedCounts = () =>
  useQuery({
    queryKey: ["refused", "counts"],
    queryFn: () => body(api.GET("/api/events/refused/counts")),
  });

export const useOutbound = () =>
  useQuery({ queryKey: ["hooks", "out"], queryFn: () => body(api.GET("/api/outbound", ALL)) });

export const useInbound = () =>
  useQuery({ queryKey: ["hooks", "in"], queryFn: () => body(api.GET("/api/inbound", ALL)) });

export const useRequests = (every: boolean) =>
  useQuery({
    queryKey: ["privacy", "requests", every],
    queryFn: () => body(api.GET("/api/rights", { params: { query: { every, limit: 1000 } } })),
  });

export const useBreaches = () =>
  useQuery({
    queryKey: ["privacy", "breaches"],
    queryFn: () => body(api.GET("/api/law/breaches", ALL)),
  });
