import type { SeedFile } from "@latchkey/platform";
import type { DirectoryState } from "../directoryState.ts";
import type { OfferedPermission } from "../graphShapes.ts";
import { idOf, type Planned } from "../planned.ts";

/** The permissions that an application requests on one API, by value and with the ids for Graph. */
export interface RequestedPermissions {
  readonly api: string;
  readonly roles: readonly OfferedPermission[];
  readonly scopes: readonly OfferedPermission[];
  /** The API's ids that are known when the plan is made. */
  readonly known: { readonly client: string | undefined; readonly servicePrincipal: string | undefined };
  /** Returns the same ids when the plan is carried out. */
  id(name: "client" | "servicePrincipal"): string;
}

/** Returns the permissions of one application; throws a `SeedError` if its API does not offer one. */
export function requestedPermissions(
  file: SeedFile,
  { seed, index }: Planned,
  all: readonly Planned[],
  { apis }: DirectoryState,
): readonly RequestedPermissions[] {
  return (seed.permissions ?? []).map(({ api, application, delegated }, each) =>
    file.at(["applications", index, "permissions", each], () => {
      const own = all.find((planned) => planned.seed.name === api);
      const other = apis.get(api);
      const roles = own?.appRoles ?? other?.appRoles ?? [];
      const scopes = own?.scopes ?? other?.oauth2PermissionScopes ?? [];
      const known = {
        client: own?.ids.client ?? other?.appId,
        servicePrincipal: own?.ids.servicePrincipal ?? other?.id,
      };
      return {
        api,
        roles: select(api, "application", roles, application),
        scopes: select(api, "delegated", scopes, delegated),
        known,
        id: (name) => known[name] ?? (own === undefined ? "" : idOf(own, name)),
      };
    }),
  );
}

function select(
  api: string,
  kind: "application" | "delegated",
  offered: readonly OfferedPermission[],
  names: readonly string[] = [],
): readonly OfferedPermission[] {
  return names.map((name) => {
    const found = offered.find(({ id, value }) => value === name || id === name);
    if (found !== undefined) {
      return found;
    }
    const values = offered.flatMap(({ value }) => value ?? []).join(", ");
    throw new Error(`${api} has no ${kind} permission ${name}; it has: ${values || "none"}`);
  });
}
