import { html } from "hono/html";
import type { PlainResponse } from "../../http/plainHttp.ts";
import { portalFrame } from "./portalFrame.ts";
import { type Action, type PortalPage, type PortalVisit, problem } from "./portalPage.ts";

export interface ObjectPage<Visit extends PortalVisit> {
  /** With the name of the parameter that is the object's id. */
  readonly path: string;
  readonly noun: string;
  /** Whose such objects are, as shown where there is none. Default the visitor's tenant. */
  readonly owner?: string | undefined;
  /** Where all such objects are. */
  readonly list: string;
  /** The visit with the object that the address is about, or `undefined` when there is none for the visitor. */
  readonly enter: (visit: PortalVisit) => Visit | undefined;
  readonly show: (visit: Visit) => Promise<PlainResponse>;
  readonly actions: Readonly<Record<string, Action<Visit>>>;
}

/** A page about one object: an application, a user or a group of the visitor's tenant, or a tenant. */
export function objectPage<Visit extends PortalVisit>(page: ObjectPage<Visit>): PortalPage {
  const { path, noun, enter, show, actions } = page;
  return {
    path: path.slice("/portal".length),
    show(visit) {
      const entered = enter(visit);
      return entered === undefined ? notFound(page, visit) : show(entered);
    },
    actions: Object.fromEntries(
      Object.entries(actions).map(([name, take]): [string, Action<PortalVisit>] => [
        name,
        (visit, form) => {
          const entered = enter(visit);
          return entered === undefined ? problem(`The ${noun} is no longer there.`) : take(entered, form);
        },
      ]),
    ),
  };
}

function notFound<Visit extends PortalVisit>(page: ObjectPage<Visit>, visit: PortalVisit): Promise<PlainResponse> {
  const { noun, list, owner = visit.tenant.displayName } = page;
  const body = html`<p>No ${noun} of ${owner} has this id.
<a href="${list}">All ${noun}s</a></p>`;
  return portalFrame(visit, { title: "Not found", body, status: 404 });
}
