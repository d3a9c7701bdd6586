import type { ProtectedApi } from "@latchkey/client";
import type { SeedApplication, SeedFile } from "@latchkey/platform";
import type {
  GraphApplication,
  GraphFederatedCredential,
  GraphPermissionGrant,
  GraphRoleAssignment,
  GraphServicePrincipal,
} from "./graphShapes.ts";

/** The directory's state of one application in the manifest. */
export interface ApplicationState {
  readonly application: GraphApplication | undefined;
  readonly servicePrincipal: GraphServicePrincipal | undefined;
  readonly federatedCredentials: readonly GraphFederatedCredential[];
  readonly roleAssignments: readonly GraphRoleAssignment[];
  readonly grants: readonly GraphPermissionGrant[];
}

/** The directory's state of everything in a manifest. */
export interface DirectoryState {
  /** In the order of the manifest. */
  readonly applications: readonly ApplicationState[];
  /** APIs that are registered elsewhere, by their name in the manifest. */
  readonly apis: ReadonlyMap<string, GraphServicePrincipal>;
}

/** Reads what is needed to make a plan; changes nothing. */
export async function readDirectory(graph: ProtectedApi, file: SeedFile, signal: AbortSignal): Promise<DirectoryState> {
  const seeds = file.seed.applications ?? [];
  const list = lister(graph, signal);
  const applications: ApplicationState[] = [];
  for (const [index, seed] of seeds.entries()) {
    const candidates = await findApplications(list, seed);
    const application = file.at(["applications", index, "name"], () => onlyOne(candidates, seed));
    applications.push(await readApplication(list, application, seed.adminConsent === true));
  }
  const own = new Set(seeds.map(({ name }) => name));
  const apis = new Map<string, GraphServicePrincipal>();
  for (const [index, { permissions = [] }] of seeds.entries()) {
    for (const [each, { api }] of permissions.entries()) {
      if (own.has(api) || apis.has(api)) {
        continue;
      }
      const found = await list<GraphServicePrincipal>(`servicePrincipals?$filter=${apiFilter(api)}`);
      apis.set(
        api,
        file.at(["applications", index, "permissions", each, "api"], () => onlyApi(found, api)),
      );
    }
  }
  return { applications, apis };
}

/** Reads all pages of a list. */
export type List = <T>(path: string) => Promise<T[]>;

export function lister(graph: ProtectedApi, signal: AbortSignal): List {
  return async <T>(path: string) => {
    const items: T[] = [];
    for await (const page of graph.pages<T>(path, { signal })) {
      items.push(...page);
    }
    return items;
  };
}

async function findApplications(list: List, { name, displayName, clientId }: SeedApplication) {
  const find = (property: string, value: string): Promise<GraphApplication[]> =>
    list(`applications?$filter=${encodeURIComponent(`${property} eq ${quoted(value)}`)}`);
  for (const [property, value] of [["appId", clientId] as const, ["uniqueName", name] as const]) {
    const found = value === undefined ? [] : await find(property, value);
    if (found.length > 0) {
      return found;
    }
  }
  // An application with another unique name only happens to have the same display name.
  return (await find("displayName", displayName ?? name)).filter(({ uniqueName }) => uniqueName === null);
}

function onlyOne(found: readonly GraphApplication[], { name, displayName }: SeedApplication) {
  if (found.length < 2) {
    return found[0];
  }
  const ids = found.map(({ appId }) => appId).join(", ");
  throw new Error(
    `the directory has ${found.length} applications called ${displayName ?? name}: ${ids}; set clientId to select one`,
  );
}

/**
 * Reads what belongs to an application. Reading consent requires permission to grant it, or to read the whole
 * directory.
 */
export async function readApplication(
  list: List,
  application: GraphApplication | undefined,
  withConsent: boolean,
): Promise<ApplicationState> {
  const [servicePrincipal] =
    application === undefined
      ? []
      : await list<GraphServicePrincipal>(
          `servicePrincipals?$filter=${encodeURIComponent(`appId eq ${quoted(application.appId)}`)}`,
        );
  const below = <T>(owner: { readonly id: string } | undefined, set: string, name: string): Promise<T[]> =>
    owner === undefined ? Promise.resolve([]) : list<T>(`${set}/${owner.id}/${name}`);
  const consenting = withConsent ? servicePrincipal : undefined;
  return {
    application,
    servicePrincipal,
    federatedCredentials: await below(application, "applications", "federatedIdentityCredentials"),
    roleAssignments: await below(consenting, "servicePrincipals", "appRoleAssignments"),
    grants: await below(consenting, "servicePrincipals", "oauth2PermissionGrants"),
  };
}

function apiFilter(api: string): string {
  const value = quoted(api);
  return encodeURIComponent(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(api)
      ? `appId eq ${value}`
      : api.includes(":")
        ? `servicePrincipalNames/any(name:name eq ${value})`
        : `displayName eq ${value}`,
  );
}

function onlyApi(found: readonly GraphServicePrincipal[], api: string): GraphServicePrincipal {
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) {
    return only;
  }
  const ids = found.map(({ appId }) => appId).join(", ");
  throw new Error(
    only === undefined
      ? `the tenant has no API called ${api}; use a client id, an identifier URI or a display name`
      : `the tenant has ${found.length} APIs called ${api}; use one of the client ids ${ids}`,
  );
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
