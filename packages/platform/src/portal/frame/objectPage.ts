import { html } from "hono/html";
import type { PlainResponse } from "../../http/plainHttp.ts";
import { portalFrame } from "./portalFrame.ts";
import { type Action, type PortalPage, type PortalVisit, problem } from "./portalPage.ts";

export interface ObjectPage<Visit extends PortalVisit> {
  /** Contains the name of the parameter with the object's id. */
  readonly path: string;
  readonly noun: string;
  /** Where such objects belong, shown if one is not found. Defaults to the visitor's tenant. */
  readonly owner?: string | undefined;
  /** The path of the list of all such objects. */
  readonly list: string;
  /** Returns the visit with the object in the path, or `undefined` if the visitor may not see it or there is none. */
  readonly load: (visit: PortalVisit) => Visit | undefined;
  readonly show: (visit: Visit) => Promise<PlainResponse>;
  readonly actions: Readonly<Record<string, Action<Visit>>>;
}

/** A page about one object: an application, user or group of the visitor's tenant, or a tenant. */
export function objectPage<Visit extends PortalVisit>(page: ObjectPage<Visit>): PortalPage {
  const { path, noun, load, show, actions } = page;
  return {
    path: path.slice("/portal".length),
    show(visit) {
      const loaded = load(visit);
      return loaded === undefined ? notFound(page, visit) : show(loaded);
    },
    actions: Object.fromEntries(
      Object.entries(actions).map(([name, action]): [string, Action<PortalVisit>] => [
        name,
        (visit, form) => {
          const loaded = load(visit);
          return loaded === undefined ? problem(`The ${noun} no longer exists.`) : action(loaded, form);
        },
      ]),
    ),
  };
}

function notFound<Visit extends PortalVisit>(page: ObjectPage<Visit>, visit: PortalVisit): Promise<PlainResponse> {
  const { noun, list, owner = visit.tenant.displayName } = page;
  const body = html`<p>${owner} has no ${noun} with this id.
<a href="${list}">Show all ${noun}s</a></p>`;
  return portalFrame(visit, { title: "Not found", body, status: 404 });
}
