import type { ManagedIdentity, ManagedIdentitySourceName, Platform } from "@latchkey/platform";
import { type Command, Option } from "commander";
import { UsageError } from "../../core/failure.ts";

/** The options that select the kind of Azure host a program appears to run on. */
export interface HostOptions {
  readonly managedIdentity?: ManagedIdentitySourceName;
  readonly userAssigned?: boolean;
  readonly user?: string;
}

const sources: Readonly<Record<ManagedIdentitySourceName, string>> = {
  imds: "virtual machines and services on them",
  appService: "App Service, Functions, Container Apps",
  machineLearning: "compute of Azure Machine Learning",
  serviceFabric: "applications of Service Fabric",
  azureArc: "servers managed by Azure Arc",
  cloudShell: "the shell in the Azure portal, with its user's tokens",
};

const withoutUserAssigned: readonly string[] = ["azureArc", "cloudShell"] satisfies ManagedIdentitySourceName[];

/** From the first of these that is set, a client decides what kind of host it runs on. */
const variablesOfHosts = [
  "IDENTITY_ENDPOINT",
  "IDENTITY_HEADER",
  "IDENTITY_SERVER_THUMBPRINT",
  "IMDS_ENDPOINT",
  "MSI_ENDPOINT",
  "MSI_SECRET",
  "AZURE_POD_IDENTITY_AUTHORITY_HOST",
  "MSAL_MANAGED_IDENTITY_ENDPOINT",
  "DEFAULT_IDENTITY_CLIENT_ID",
  "IDENTITY_API_VERSION",
];

const provider = "/subscriptions/00000000-0000-0000-0000-000000000001/resourcegroups/latchkey/providers/";
const resourceIds = {
  system: `${provider}Microsoft.Compute/virtualMachines/exec`,
  user: `${provider}Microsoft.ManagedIdentity/userAssignedIdentities/exec`,
};

/** Adds the options that give a program a managed identity. */
export function addHostOptions(command: Command): Command {
  const kinds = Object.entries(sources).map(([name, hosts]) => `${name} (${hosts})`);
  return command
    .addOption(
      new Option(
        "--managed-identity <source>",
        `give the program the managed identity of a host: ${kinds.join(", ")}`,
      ).choices(Object.keys(sources)),
    )
    .option(
      "--user-assigned",
      "use a user-assigned identity instead of the host's own; AZURE_CLIENT_ID is set if requests can select it",
    )
    .option("--user <name>", "the user who is signed in to cloudShell (default: the seeded administrator)");
}

/** Throws if an option would have no effect. */
export function checkHostOptions({ managedIdentity, userAssigned, user }: HostOptions): void {
  if (user !== undefined && managedIdentity !== "cloudShell") {
    throw new UsageError(
      `--user ${user} has no effect: only cloudShell gives a program the tokens of a user.`,
      "Remove --user, or add `--managed-identity cloudShell`.",
    );
  }
  if (userAssigned && managedIdentity === undefined) {
    throw new UsageError(
      "--user-assigned has no effect without --managed-identity.",
      "Add the kind of host, such as `--managed-identity imds --user-assigned`.",
    );
  }
  if (userAssigned && managedIdentity !== undefined && withoutUserAssigned.includes(managedIdentity)) {
    throw new UsageError(
      `A host of the kind ${managedIdentity} has no user-assigned identities.`,
      "Remove --user-assigned, or use another kind of host.",
    );
  }
}

/** The environment variables of the host; an empty value means that the variable must not be set. */
export async function hostEnvironment(
  platform: Platform,
  { managedIdentity: source, userAssigned, user }: HostOptions,
): Promise<Readonly<Record<string, string>>> {
  if (source === undefined) {
    return {};
  }
  const subject =
    source === "cloudShell"
      ? { user }
      : { identity: identityOfProgram(platform, userAssigned ? "user" : "system").clientId };
  return {
    ...Object.fromEntries(variablesOfHosts.map((name) => [name, ""])),
    ...(await platform.managedIdentity(source, subject)),
  };
}

/** Returns the tenant's first identity of this kind, and registers one if there is none. */
function identityOfProgram({ directory }: Platform, assignment: ManagedIdentity["assignment"]): ManagedIdentity {
  return (
    directory.listManagedIdentities().find((one) => one.assignment === assignment) ??
    directory.registerManagedIdentity({
      displayName: `latchkey exec (${assignment}-assigned)`,
      assignment,
      resourceId: resourceIds[assignment],
    })
  );
}
