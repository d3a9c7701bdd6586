import { html } from "hono/html";
import type { Page, PageRequest } from "../../directory/paging.ts";
import type { Markup } from "../../signIn/page/page.ts";
import type { PortalVisit } from "./portalPage.ts";

/** The page of a list that the query string asks for, ordered by name and filtered by the search text. */
export function pageRequest(visit: PortalVisit): PageRequest<"displayName"> {
  const { searchParams } = visit.exchange.url;
  const [key, id] = [searchParams.get("after"), searchParams.get("id")];
  const after = key === null || id === null ? undefined : { key, id };
  return { limit: 50, orderBy: "displayName", startingWith: searchText(visit), after };
}

/** The search text, which names must begin with; `undefined` for every name. */
export function searchText({ exchange }: PortalVisit): string | undefined {
  return exchange.url.searchParams.get("search")?.trim() || undefined;
}

export function searchForm(visit: PortalVisit, label: string): Markup {
  return html`<form method="get" action="${visit.exchange.path}" role="search">
<label for="search">${label}</label>
<input id="search" name="search" value="${searchText(visit) ?? ""}" autocomplete="off">
<div class="actions"><button type="submit">Search</button></div></form>`;
}

export function nextPageLink(visit: PortalVisit, { next }: Page<unknown>): Markup | "" {
  if (next === undefined) {
    return "";
  }
  const search = searchText(visit);
  const query = new URLSearchParams({ ...(search && { search }), after: next.key, id: next.id });
  return html`<p><a href="${visit.exchange.path}?${query.toString()}">Next page</a></p>`;
}
