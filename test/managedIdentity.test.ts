import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ManagedIdentity, type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
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

beforeEach(() => platform.faults.clear());

/** Only the variables that a program needs to run: this machine may itself be in Azure. */
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
  test.each(["azureIdentity", "msalNode"])("calls Graph as the host's own identity with %s", async (library) => {
    const expected = { clientId: system.clientId, objectId: system.objectId, graph: 200 };
    expect(await run(source, library)).toEqual(expected);
  });

  test.each(["azureIdentity", "msalNode"])("calls Graph as a user-assigned identity with %s", async (library) => {
    const expected = { clientId: user.clientId, objectId: user.objectId, graph: 200 };
    expect(await run(source, library, user.clientId)).toEqual(expected);
  });
});

/** Clients wait a second or more by their own rules, so each kind of failure is tested once. */
describe("an unmodified program with a failing host", () => {
  const own = () => ({ clientId: system.clientId, objectId: system.objectId, graph: 200 });
  const happened = () => platform.faults.list().map(({ fired }) => fired);

  test.each([404, 429, 500])("retries IMDS after %i with MSAL Node", async (status) => {
    platform.faults.add({ endpoint: "managedIdentity", status, count: 1 });
    expect(await run("imds", "msalNode")).toEqual(own());
    expect(happened()).toEqual([1]);
  });

  test("retries App Service after 429 with MSAL Node", async () => {
    platform.faults.add({ endpoint: "managedIdentity", status: 429, count: 1 });
    expect(await run("appService", "msalNode")).toEqual(own());
    expect(happened()).toEqual([1]);
  });

  test.each([404, 410])("retries IMDS after %i with @azure/identity", async (status) => {
    platform.faults.add({ endpoint: "managedIdentity", status, count: 1 });
    expect(await run("imds", "azureIdentity")).toEqual(own());
    expect(happened()).toEqual([1]);
  });

  test.each([
    [404, "not_found"],
    [410, "gone"],
    [429, "too_many_requests"],
    [500, "unknown"],
  ])("learns from IMDS's %i that it is %s, without retrying", async (status, error) => {
    platform.faults.add({ endpoint: "managedIdentity", status });
    for (const library of ["msalNode", "azureIdentity"]) {
      expect(await run("imds", library, "", "once")).toEqual({ error: expect.stringContaining(`${error}:`) });
    }
    expect(happened()).toEqual([2]);
  });

  test("gets the token service's refusal, forwarded by IMDS, from MSAL Node", async () => {
    platform.faults.add({ endpoint: "managedIdentity", aadsts: 53003 });
    expect(await run("imds", "msalNode", "", "once")).toEqual({ error: expect.stringContaining("AADSTS53003: ") });
  });
});
