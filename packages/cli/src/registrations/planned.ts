import type { SeedApplication } from "@latchkey/platform";
import type { ApplicationState } from "./directoryState.ts";
import type { OfferedPermission } from "./graphShapes.ts";

/** An application of the manifest while a plan is made and carried out. */
export interface Planned {
  readonly seed: SeedApplication;
  /** Its place in the manifest. */
  readonly index: number;
  readonly state: ApplicationState;
  /** App roles and scopes as they will be, with their ids. */
  readonly appRoles: readonly OfferedPermission[];
  readonly scopes: readonly OfferedPermission[];
  /** Filled in when what they belong to is created. */
  readonly ids: {
    application?: string | undefined;
    client?: string | undefined;
    servicePrincipal?: string | undefined;
  };
}

/** An id that an earlier step of the plan has led to. */
export function idOf({ ids, seed }: Planned, name: keyof Planned["ids"]): string {
  const id = ids[name];
  if (id === undefined) {
    throw new Error(`${seed.name} has no id of its ${name} yet`);
  }
  return id;
}
