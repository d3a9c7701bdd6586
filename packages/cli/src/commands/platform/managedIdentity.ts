import type { ManagedIdentity, ManagedIdentitySourceName, Platform } from "@latchkey/platform";
import { type Command, Option } from "commander";
import { UsageError } from "../../core/failure.ts";

/** Which host a program is to find itself on, from the command line. */
export interface HostOptions {
  readonly managedIdentity?: ManagedIdentitySourceName;
  readonly userAssigned?: boolean;
  readonly user?: string;
}

const sources: Readonly<Record<ManagedIdentitySourceName, string>> = {
  imds: "virtual machines and what runs on them",
  appService: "App Service, Functions, Container Apps",
  machineLearning: "compute of Azure Machine Learning",
  serviceFabric: "applications of Service Fabric",
  azureArc: "servers of Azure Arc",
  cloudShell: "the shell in Azure's portal, with its user's tokens",
};

const withoutUserAssigned: readonly string[] = ["azureArc", "cloudShell"] satisfies ManagedIdentitySourceName[];

/** The first of these that a client finds decides which host it takes this machine for. */
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
      "a user-assigned one in place of the host's own; AZURE_CLIENT_ID names it, where the host takes names",
    )
    .option("--user <name>", "who is signed in to cloudShell (default: the seeded administrator)");
}

/** Throws when an option would have no effect. */
export function requireHost({ managedIdentity, userAssigned, user }: HostOptions): void {
  if (user !== undefined && managedIdentity !== "cloudShell") {
    throw new UsageError(
      `--user ${user} has no effect: only cloudShell gives a program the tokens of a user.`,
      "Leave --user away, or say `--managed-identity cloudShell`.",
    );
  }
  if (userAssigned && managedIdentity === undefined) {
    throw new UsageError(
      "--user-assigned has no effect without a kind of host.",
      "Name the host as well, such as `--managed-identity imds --user-assigned`.",
    );
  }
  if (userAssigned && managedIdentity !== undefined && withoutUserAssigned.includes(managedIdentity)) {
    throw new UsageError(
      `A host of the kind ${managedIdentity} has no user-assigned identities.`,
      "Leave --user-assigned away, or name another kind of host.",
    );
  }
}

/** The variables of the host; an empty one stands for a variable that must not be set. */
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

/** The tenant's first identity of its kind, registered when there is none. */
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
