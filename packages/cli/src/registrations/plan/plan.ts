import type { Seed, SeedApplication, SeedFile } from "@latchkey/platform";
import type { ApplicationState, DirectoryState } from "../directoryState.ts";
import type { Planned } from "../planned.ts";
import type { Step } from "../step.ts";
import { askedPermissions } from "./api.ts";
import { planConsent } from "./consent.ts";
import { planCertificates, planSecrets } from "./credentials.ts";
import { planFederatedCredentials } from "./federatedCredentials.ts";
import { offeredRoles, offeredScopes } from "./offers.ts";
import { planPermissions } from "./permissions.ts";
import { planRegistration } from "./registration.ts";
import { planServicePrincipal } from "./servicePrincipal.ts";

export interface Plan {
  /** All steps from the directory as it is to the manifest, in the order in which they can be carried out. */
  readonly steps: readonly Step[];
  /** The applications of the manifest; their ids are filled in as they are made. */
  readonly applications: readonly Planned[];
}

export function makePlan(file: SeedFile, state: DirectoryState): Plan {
  const all = (file.seed.applications ?? []).map((seed, index) =>
    plannedOf(seed, index, file, state.applications[index]),
  );
  const steps = [
    ...notApplied(file.seed),
    // Applications ask for permissions of each other: all of them come first.
    ...all.flatMap((planned) => [...planRegistration(planned), ...planServicePrincipal(planned)]),
    ...all.flatMap((planned) => {
      const asked = askedPermissions(file, planned, all, state);
      return [
        ...planPermissions(planned, asked),
        ...planConsent(planned, asked),
        ...planCertificates(file, planned),
        ...planFederatedCredentials(planned),
        // Last: a secret is given once, and whoever has it can use the application at once.
        ...planSecrets(planned),
      ];
    }),
  ];
  return { steps, applications: all };
}

function plannedOf(seed: SeedApplication, index: number, file: SeedFile, state: ApplicationState = none): Planned {
  file.at(["applications", index, "name"], () => {
    if (file.seed.applications?.findIndex(({ name }) => name === seed.name) !== index) {
      throw new Error(`${seed.name} stands here twice; give each one a name of its own`);
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

/** What a seed may say and this command does not carry out. */
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
    ...step("tenant", tenant === undefined ? [] : ["tenant"], "the target is a tenant already"),
    ...step(
      "users",
      users.map(({ userPrincipalName }) => userPrincipalName),
      "apply is for applications",
    ),
    ...step(
      "groups",
      groups.map(({ name }) => name),
      "apply is for applications",
    ),
    ...step(
      "servicePrincipals",
      servicePrincipals.map(({ appId }) => appId),
      "what they offer is registered elsewhere",
    ),
    ...step(
      "managedIdentities",
      managedIdentities.map(({ name }) => name),
      "Azure makes them, not Graph",
    ),
    ...step(
      "assignments",
      applications.filter(({ assignments = [] }) => assignments.length > 0).map(({ name }) => name),
      "who has which app role is not carried out yet",
    ),
  ];
}
