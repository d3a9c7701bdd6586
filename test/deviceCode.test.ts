import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { childEnvironment } from "./support/childEnvironment.ts";
import { unmodifiedProgram } from "./support/clientProgram.ts";
import { converse } from "./support/converse.ts";
import { answerDevicePage, type DevicePrompt } from "./support/devicePage.ts";

/** Sign-in by device code, with unmodified libraries and their default authority. */
const declined = { error: "authorization_declined", error_codes: [65004] };
const programs = [
  { client: "MSAL Python", file: "python/device_code.py", declined },
  // It loses the token service's code.
  {
    client: "@azure/identity 4.14.1",
    file: "node/azureIdentityDeviceCode.ts",
    declined: { error: "authorization_declined" },
  },
  { client: "MSAL Java", file: "java/src/main/java/DeviceCodeFlow.java", declined },
  { client: "MSAL Go", file: "go/deviceCode/main.go", declined },
];

let platform: Platform;
let folder: string;
let parametersFile: string;

beforeAll(async () => {
  platform = await startPlatform({ mode: "interception" });
  // The seconds that a client waits between polls; otherwise five in each test.
  platform.on("beforeResponse", ({ endpoint, body }) => {
    if (endpoint === "deviceCode" && typeof body === "object") {
      body["interval"] = 1;
    }
  });
  folder = await mkdtemp(join(tmpdir(), "latchkey-device-"));
  const { appId } = platform.directory.registerApplication({
    displayName: "television",
    allowPublicClient: true,
    requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
  });
  parametersFile = join(folder, "parameters.json");
  const parameters = {
    authority: `https://login.microsoftonline.com/${platform.tenant.id}`,
    client_id: appId,
    scope: ["https://graph.microsoft.com/User.Read"],
    endpoint: "https://graph.microsoft.com/v1.0/me",
  };
  await writeFile(parametersFile, JSON.stringify(parameters));
});

afterAll(async () => {
  await platform?.stop();
  if (folder) {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Lets a user answer on the page that the program prints, and returns what the program prints then. */
function signIn(command: readonly string[], action: "confirm" | "decline", shown: string): Promise<unknown> {
  return converse(
    [...command, parametersFile],
    childEnvironment(platform.environment),
    async (prompt: DevicePrompt) => {
      expect(await answerDevicePage(platform, prompt, action)).toContain(shown);
      return undefined;
    },
  );
}

describe.each(programs)("sign-in by device code with $client", ({ file, declined }) => {
  const { command, skipped } = unmodifiedProgram(file);
  const reason = skipped === undefined ? "" : ` (skipped: ${skipped})`;

  test.skipIf(skipped)(
    `returns the user's tokens once the user has signed in${reason}`,
    { timeout: 60_000 },
    async () => {
      const outcome = await signIn(command, "confirm", "You have signed in to television");
      const user = platform.tenant.administrator.userPrincipalName;
      expect(outcome).toEqual({ sources: ["identity_provider", "cache"], user });
    },
  );

  test.skipIf(skipped)(`reports that the user has declined${reason}`, { timeout: 60_000 }, async () => {
    const outcome = await signIn(command, "decline", "Nothing was approved");
    expect(outcome).toEqual(declined);
  });
});
