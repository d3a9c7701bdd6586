import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPortal, press } from "../packages/platform/test/support/portal.ts";
import { testClient } from "../tools/testClients.js";
import { answerDevicePage } from "./support/devicePage.ts";

const python = testClient("python");
const hasCurl = spawnSync("curl", ["--version"]).status === 0;
/** By the ending of a file: what runs it, or why it cannot be run here. */
const runners: Readonly<Record<string, readonly string[] | string>> = {
  ".mjs": [process.execPath, "--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning"],
  ".py": python.kind === "ready" ? [python.command] : python.reason,
  ".sh": hasCurl ? ["sh"] : "there is no curl on the PATH",
};

const timeoutMs = 60_000;
let platform: Platform;
let folder: string;
beforeAll(async () => {
  platform = await startPlatform();
  // Inside the repository: the programs find the packages that they import.
  mkdirSync("reports", { recursive: true });
  folder = mkdtempSync(join("reports", "quickstart-"));
  writeFileSync(join(folder, "latchkey-ca.pem"), platform.caCertificate);
});
afterAll(async () => {
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};
const unescaped = (html: string): string => html.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? "");

/** Has the portal make the changes, and saves what it shows. */
async function create(segment: string, consent: Readonly<Record<string, string>> = { consent: "yes" }): Promise<void> {
  const browser = await openPortal(platform);
  const { html } = await press(browser, `/portal/quickstarts/${segment}`, "create", { name: "Mine", ...consent });
  const parameters = /<pre id="parameters">([^<]+)</.exec(html)?.[1];
  if (parameters !== undefined) {
    writeFileSync(join(folder, "parameters.json"), unescaped(parameters));
  }
  for (const [, name = "", code = ""] of html.matchAll(/<pre data-file="([^"]+)">([^<]+)<\/pre>/g)) {
    writeFileSync(join(folder, name), unescaped(code));
  }
}

async function run(file: string, onMessage?: (text: string) => void): Promise<{ out: string; err: string }> {
  const [program = "", ...args] = runners[extname(file)] ?? [];
  const environment = { ...process.env, NODE_EXTRA_CA_CERTS: "latchkey-ca.pem", REQUESTS_CA_BUNDLE: "latchkey-ca.pem" };
  const child = spawn(program, [...args, file], { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said.out += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said.err += chunk;
    onMessage?.(said.err);
  });
  await once(child, "close");
  return said;
}

function reasonFor(file: string): string {
  const runner = runners[extname(file)];
  return typeof runner === "string" ? ` (skipped: ${runner})` : "";
}

describe.each(["daemon.mjs", "daemonMsal.mjs", "daemon.py", "daemon.sh"])("the daemon's code", (file) => {
  test.skipIf(reasonFor(file))(
    `lists the users, without a change: ${file}${reasonFor(file)}`,
    async () => {
      await create("daemon");
      const { out, err } = await run(file);
      expect([err, JSON.parse(out || "{}").value?.length ?? 0]).toEqual(["", expect.any(Number)]);
      expect(JSON.parse(out).value.length).toBeGreaterThan(20);
    },
    timeoutMs,
  );
});

describe.each(["device.mjs", "deviceMsal.mjs", "device.py", "device.sh"])("the device's code", (file) => {
  test.skipIf(reasonFor(file))(
    `reads the profile of who signs in: ${file}${reasonFor(file)}`,
    async () => {
      await create("device");
      let answered = false;
      const { out } = await run(file, (said) => {
        const code = /code ([A-Z0-9]{9}) /.exec(said)?.[1];
        if (code !== undefined && !answered) {
          answered = true;
          const told = { user_code: code, verification_uri: `${platform.url}/devicelogin` };
          void answerDevicePage(platform, told, "confirm");
        }
      });
      expect(JSON.parse(out).userPrincipalName).toBe(platform.tenant.administrator.userPrincipalName);
    },
    timeoutMs,
  );
});

test("without consent the first answer is the refusal that the text promises", async () => {
  await create("daemon", {});
  expect(JSON.parse((await run("daemon.mjs")).out).error.code).toBe("Authorization_RequestDenied");
});
