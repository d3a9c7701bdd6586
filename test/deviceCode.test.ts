import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { administrator } from "./support/administrator.ts";
import { childEnvironment } from "./support/childEnvironment.ts";
import { unmodifiedProgram } from "./support/clientProgram.ts";

/** Sign-in by device code, unmodified libraries with their default authority. */
const declined = { error: "authorization_declined", error_codes: [65004] };
const programs = [
  // It loses the code of the token service.
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
  // The seconds that a client waits before it asks again: five of each test otherwise.
  platform.on("beforeResponse", ({ endpoint, body }) => {
    if (endpoint === "deviceCode" && typeof body === "object") body["interval"] = 1;
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
  if (folder) await rm(folder, { recursive: true, force: true });
});

interface Told {
  readonly user_code: string;
  readonly verification_uri: string;
}

/** Starts a program, lets a person answer at the page that it names, and gives what it says then. */
async function signIn(command: readonly string[], answer: (told: Told) => Promise<void>): Promise<unknown> {
  const [program = "", ...args] = command;
  const child = spawn(program, [...args, parametersFile], {
    env: childEnvironment(platform.environment),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const ended = once(child, "close");
  const lines: unknown[] = [];
  try {
    for await (const line of createInterface(child.stdout)) {
      lines.push(JSON.parse(line));
      if (lines.length === 1) await answer(lines[0] as Told);
    }
  } catch (error) {
    // It would go on asking for a quarter of an hour.
    child.kill();
    throw error;
  }
  const [exitCode] = await ended;
  if (exitCode !== 0) throw new Error(complaints);
  return lines[1];
}

/** The administrator opens the page, signs in, and gives the answer that it asks for. */
async function answerPage({ user_code: code, verification_uri: uri }: Told, declines = false): Promise<string> {
  return (await administrator(platform, { declines }).visit(`${uri}?code=${code}`)).text;
}

describe.each(programs)("sign-in by device code with $client", ({ file, declined }) => {
  const { command, skipped } = unmodifiedProgram(file);
  const reason = skipped === undefined ? "" : ` (skipped: ${skipped})`;

  it.skipIf(skipped)(`gives the user's tokens once the user has signed in${reason}`, { timeout: 60_000 }, async () => {
    const outcome = await signIn(command, async (told) => {
      expect(await answerPage(told)).toContain("You have signed in to television");
    });
    const user = platform.tenant.administrator.userPrincipalName;
    expect(outcome).toEqual({ sources: ["identity_provider", "cache"], user });
  });

  it.skipIf(skipped)(`reports that the user has declined${reason}`, { timeout: 60_000 }, async () => {
    const outcome = await signIn(command, async (told) => {
      expect(await answerPage(told, true)).toContain("Nothing was allowed");
    });
    expect(outcome).toEqual(declined);
  });
});
