import type { Seed, SeedApplication, SeedFile } from "@latchkey/platform";
import type { ApplicationState, DirectoryState } from "../directoryState.ts";
import type { Planned } from "../planned.ts";
import type { Step } from "../step.ts";
import { planConsent } from "./consent.ts";
import { planCertificates, planSecrets } from "./credentials.ts";
import { planFederatedCredentials } from "./federatedCredentials.ts";
import { offeredRoles, offeredScopes } from "./offers.ts";
import { planPermissions } from "./permissions.ts";
import { planRegistration } from "./registration.ts";
import { requestedPermissions } from "./requestedPermissions.ts";
import { planServicePrincipal } from "./servicePrincipal.ts";

export interface Plan {
  /** All steps from the directory's present state to the manifest, in the order in which they can be carried out. */
  readonly steps: readonly Step[];
  /** The manifest's applications; their ids are filled in as they are created. */
  readonly applications: readonly Planned[];
}

export function makePlan(file: SeedFile, state: DirectoryState): Plan {
  const all = (file.seed.applications ?? []).map((seed, index) =>
    plannedOf(seed, index, file, state.applications[index]),
  );
  const steps = [
    ...notApplied(file.seed),
    // Applications request permissions from each other, so all of them are created first.
    ...all.flatMap((planned) => [...planRegistration(planned), ...planServicePrincipal(planned)]),
    ...all.flatMap((planned) => {
      const requested = requestedPermissions(file, planned, all, state);
      return [
        ...planPermissions(planned, requested),
        ...planConsent(planned, requested),
        ...planCertificates(file, planned),
        ...planFederatedCredentials(planned),
        // Secrets come last: a secret is returned only once, and can be used at once.
        ...planSecrets(planned),
      ];
    }),
  ];
  return { steps, applications: all };
}

function plannedOf(seed: SeedApplication, index: number, file: SeedFile, state: ApplicationState = none): Planned {
  file.at(["applications", index, "name"], () => {
    if (file.seed.applications?.findIndex(({ name }) => name === seed.name) !== index) {
      throw new Error(`${seed.name} appears twice; give each application its own name`);
    }
  });
  const { application, servicePrincipal } = state;
  return {
    seed,
    index,
    state,
    appRoles: offeredRoles(application?.appRoles ?? [], seed.appRoles),
    scopes: offeredScopes(application?.api.oauth2PermissionScopes ?? [], seed.scopes),
    ids: { application: application?.id, client: application?.appId, servicePrincipal: servicePrincipal?.id },
  };
}

const none: ApplicationState = {
  application: undefined,
  servicePrincipal: undefined,
  federatedCredentials: [],
  roleAssignments: [],
  grants: [],
};

/** Lists what a seed may contain but this command does not apply. */
function notApplied({
  tenant,
  users = [],
  groups = [],
  servicePrincipals = [],
  managedIdentities = [],
  applications = [],
}: Seed): readonly Step[] {
  const step = (what: string, names: readonly string[], reason: string): readonly Step[] =>
    names.length === 0 ? [] : [{ action: "not applied", subject: what, what: names.join(", "), detail: reason }];
  return [
    ...step("tenant", tenant === undefined ? [] : ["tenant"], "the target is an existing tenant"),
    ...step(
      "users",
      users.map(({ userPrincipalName }) => userPrincipalName),
      "apply handles only applications",
    ),
    ...step(
      "groups",
      groups.map(({ name }) => name),
      "apply handles only applications",
    ),
    ...step(
      "servicePrincipals",
      servicePrincipals.map(({ appId }) => appId),
      "what they offer is registered elsewhere",
    ),
    ...step(
      "managedIdentities",
      managedIdentities.map(({ name }) => name),
      "Azure creates them, not Graph",
    ),
    ...step(
      "assignments",
      applications.filter(({ assignments = [] }) => assignments.length > 0).map(({ name }) => name),
      "app role assignments are not supported yet",
    ),
  ];
}
