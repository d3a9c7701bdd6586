import type { SeedApplication } from "@latchkey/platform";
import type { ApplicationState } from "./directoryState.ts";
import type { OfferedPermission } from "./graphShapes.ts";

/** An application of the manifest while a plan is made and carried out. */
export interface Planned {
  readonly seed: SeedApplication;
  /** Its index in the manifest. */
  readonly index: number;
  readonly state: ApplicationState;
  /** App roles and scopes after the plan, with their ids. */
  readonly appRoles: readonly OfferedPermission[];
  readonly scopes: readonly OfferedPermission[];
  /** Filled in when the object is created. */
  readonly ids: {
    application?: string | undefined;
    client?: string | undefined;
    servicePrincipal?: string | undefined;
  };
}

/** Returns an id that an earlier step of the plan has set. */
export function idOf({ ids, seed }: Planned, name: keyof Planned["ids"]): string {
  const id = ids[name];
  if (id === undefined) {
    throw new Error(`${seed.name} has no id for its ${name} yet`);
  }
  return id;
}
