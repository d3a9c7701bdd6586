import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ManagedIdentity, type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientProgram } from "./support/clientProgram.ts";
import { runProgram } from "./support/runProgram.ts";

const { command } = clientProgram("node/managedIdentity.ts");
const scope = "/subscriptions/s/resourcegroups/g/providers";
const appRoles = [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }];

let folder: string;
let platform: Platform;
let system: ManagedIdentity;
let user: ManagedIdentity;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-managed-"));
  platform = await startPlatform({ certificateDirectory: folder });
  const { directory } = platform;
  const register = (assignment: "system" | "user", resourceId: string): ManagedIdentity =>
    directory.registerManagedIdentity({ displayName: assignment, assignment, resourceId, appRoles });
  system = register("system", `${scope}/Microsoft.Compute/virtualMachines/vm`);
  user = register("user", `${scope}/Microsoft.ManagedIdentity/userAssignedIdentities/a`);
});
afterAll(async () => {
  await platform.stop();
  await rm(folder, { recursive: true });
});

/** Of the machine, which may itself be one of Azure's, only what a program needs to run. */
async function run(source: "imds" | "appService", ...args: string[]): Promise<unknown> {
  const environment = {
    ...{ PATH: process.env["PATH"], ...platform.environment, GRAPH_ORIGIN: platform.url },
    ...(await platform.managedIdentity(source)),
  };
  const { out, err } = await runProgram([...command, ...args], { environment });
  expect(err).toBe("");
  return JSON.parse(out);
}

describe.each(["imds", "appService"] as const)("an unmodified program on %s", (source) => {
  it.each(["azureIdentity", "msalNode"])("calls Graph as the host's own identity with %s", async (library) => {
    const expected = { clientId: system.clientId, objectId: system.objectId, graph: 200 };
    expect(await run(source, library)).toEqual(expected);
  });

  it.each(["azureIdentity", "msalNode"])("calls Graph as a user-assigned identity with %s", async (library) => {
    const expected = { clientId: user.clientId, objectId: user.objectId, graph: 200 };
    expect(await run(source, library, user.clientId)).toEqual(expected);
  });
});
