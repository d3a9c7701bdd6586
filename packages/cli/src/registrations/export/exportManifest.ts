import type { ProtectedApi } from "@latchkey/client";
import type { Seed, SeedApplication } from "@latchkey/platform";
import { type ApplicationState, lister, readApplication } from "../directoryState.ts";
import type { GraphApplication, GraphServicePrincipal } from "../graphShapes.ts";
import { type ApiName, exportPermissions } from "./permissions.ts";
import { exportFederatedCredential, exportRegistration, nonEmpty } from "./registration.ts";

/** A manifest of a directory's applications, and notes about what it leaves out. */
export interface Exported {
  readonly seed: Seed;
  readonly notes: readonly string[];
}

/** Reads all applications in the directory. `pinned` includes their client ids, which only a seed can set. */
export async function exportManifest(graph: ProtectedApi, pinned: boolean, signal: AbortSignal): Promise<Exported> {
  const list = lister(graph, signal);
  const applications = await list<GraphApplication>("applications");
  const servicePrincipals = await list<GraphServicePrincipal>("servicePrincipals");
  const names = namesOf(applications);
  const nameOf: ApiName = ({ appId, displayName }) => {
    const isOnly = servicePrincipals.filter((other) => other.displayName === displayName).length === 1;
    return names.get(appId) ?? (isOnly ? displayName : appId);
  };
  const notes: string[] = [];
  const exported: SeedApplication[] = [];
  for (const application of applications) {
    const name = names.get(application.appId) ?? application.appId;
    const state = await readApplication(list, application, true);
    const requested = exportPermissions(application, state, servicePrincipals, nameOf);
    const registration = exportRegistration(application, pinned);
    exported.push({
      name,
      ...registration,
      displayName: registration.displayName === name ? undefined : registration.displayName,
      permissions: nonEmpty(requested.permissions),
      adminConsent: requested.consented || undefined,
      ...exportRest(state),
    });
    notes.push(...[...requested.notes, ...leftOut(application, pinned)].map((note) => `${name}: ${note}`));
  }
  return { seed: { applications: exported.toSorted((one, other) => (one.name < other.name ? -1 : 1)) }, notes };
}

/** Maps client ids to unique names, or to display names that only one application has. */
function namesOf(applications: readonly GraphApplication[]): ReadonlyMap<string, string> {
  return new Map(
    applications.map(({ appId, uniqueName, displayName }) => {
      const isTaken = applications.some(
        (other) => other.appId !== appId && (other.uniqueName ?? other.displayName) === displayName,
      );
      return [appId, uniqueName ?? (isTaken ? `${displayName} ${appId}` : displayName)];
    }),
  );
}

function exportRest({
  application,
  servicePrincipal,
  federatedCredentials,
}: ApplicationState): Partial<SeedApplication> {
  const secrets = new Set(application?.passwordCredentials.flatMap(({ displayName }) => displayName ?? []));
  return {
    secrets: nonEmpty([...secrets].map((displayName) => ({ displayName }))),
    federatedCredentials: nonEmpty(federatedCredentials.map(exportFederatedCredential)),
    servicePrincipal: servicePrincipal === undefined ? false : undefined,
    enabled: servicePrincipal?.accountEnabled === false ? false : undefined,
    assignmentRequired: servicePrincipal?.appRoleAssignmentRequired || undefined,
  };
}

function leftOut({ appId, identifierUris, keyCredentials, passwordCredentials }: GraphApplication, pinned: boolean) {
  const uris = pinned ? [] : identifierUris.filter((uri) => uri.toLowerCase().includes(appId));
  const nameless = passwordCredentials.filter(({ displayName }) => displayName === null).length;
  return [
    ...uris.map((uri) => `identifier URI ${uri}: it depends on the client id`),
    ...keyCredentials.map(
      ({ customKeyIdentifier }) => `certificate ${customKeyIdentifier}: Graph does not return certificates`,
    ),
    ...(nameless === 0 ? [] : [`${nameless} ${nameless === 1 ? "secret" : "secrets"} without a name`]),
  ];
}
