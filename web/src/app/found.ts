/** What carries a name that is typed: people, segments, messages, campaigns; asked seldom. */
import {
  type Icon,
  IconSpeakerphone,
  IconTemplate,
  IconUser,
  IconUsersGroup,
} from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import { calledShort } from "~/kit/PersonPicker";
import { meant } from "./offers";
import { may, useMember } from "./session";

export interface Found {
  kind: "person" | "segment" | "template" | "campaign";
  to: string;
  label: string;
  icon: Icon;
}

const EACH = 5;
const LIST_MS = 60_000;

/** The definitions of a kind by their names; read once for many words. */
const useNamed = (kind: "segment" | "template", enabled: boolean) =>
  useQuery({
    queryKey: ["definitions", kind],
    queryFn: () => body(api.GET("/api/definitions", { params: { query: { kind, limit: 1000 } } })),
    staleTime: LIST_MS,
    enabled,
  }).data?.items.map(({ id, body: { name } }) => ({
    id,
    label: typeof name === "string" && name ? name : id,
  })) ?? [];

function usePeople(words: string, enabled: boolean) {
  const found = useQuery({
    queryKey: ["people", "palette", words],
    queryFn: ({ signal }) =>
      body(
        api.POST("/api/people/list", {
          params: { query: { limit: EACH } },
          body: { words, where: [], order: "-created" },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    enabled,
  });
  return { people: enabled ? (found.data?.items ?? []) : [], asking: found.isFetching };
}

function useCampaigns(words: string, enabled: boolean) {
  const found = useQuery({
    queryKey: ["campaigns", "palette", words],
    queryFn: ({ signal }) =>
      body(api.GET("/api/shelf", { params: { query: { words, limit: EACH } }, signal })),
    placeholderData: keepPreviousData,
    enabled,
  });
  return enabled ? (found.data?.items ?? []) : [];
}

/** What is found by these words, as far as the member may see it; '' finds nothing. */
export function useFound(words: string): { found: Found[]; asking: boolean } {
  const member = useMember();
  const content = words !== "" && may(member, "content");
  const { people, asking } = usePeople(words, words !== "" && may(member, "people"));
  const campaigns = useCampaigns(words, content);
  const segments = useNamed("segment", content);
  const templates = useNamed("template", content);
  const named = (list: typeof segments, kind: "segment" | "template", icon: Icon): Found[] =>
    list
      .filter(({ id, label }) => content && meant(`${label} ${id}`, words))
      .slice(0, EACH)
      .map(({ id, label }) => ({ kind, to: `/${kind}s/${id}`, label, icon }));
  return {
    asking,
    found: [
      ...people.map(
        (one): Found => ({
          kind: "person",
          to: `/people/${one.pid}`,
          label: calledShort(one),
          icon: IconUser,
        }),
      ),
      ...campaigns.map(
        ({ id, name }): Found => ({
          kind: "campaign",
          to: `/campaigns/${id}`,
          label: name || id,
          icon: IconSpeakerphone,
        }),
      ),
      ...named(segments, "segment", IconUsersGroup),
      ...named(templates, "template", IconTemplate),
    ],
  };
}
