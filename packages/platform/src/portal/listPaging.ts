import { html } from "hono/html";
import type { Page, PageRequest } from "../directory/paging.ts";
import type { Markup } from "./page.ts";
import type { PortalVisit } from "./portalPage.ts";

/** The part of a list that the address asks for, by name. */
export function pageRequest({ exchange }: PortalVisit): PageRequest<"displayName"> {
  const { searchParams } = exchange.url;
  const [key, id] = [searchParams.get("after"), searchParams.get("id")];
  return { limit: 50, orderBy: "displayName", after: key === null || id === null ? undefined : { key, id } };
}

export function nextPageLink({ exchange }: PortalVisit, { next }: Page<unknown>): Markup | "" {
  return next === undefined
    ? ""
    : html`<p><a href="${exchange.path}?${new URLSearchParams({ after: next.key, id: next.id }).toString()}">More</a></p>`;
}
