import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { startPlatform } from "@latchkey/platform";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Daemon, registerDaemon, tokenForm } from "../support/daemon.ts";

// Starting takes most of each round and uses one processor, so two directories are tested side by side.
const directories = 2;
const killsEach = 25;
const writers = 8;

let parent: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "latchkey-killed-"));
});
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill));
  rmSync(parent, { recursive: true });
});

/** A platform in its own process, and its URL. */
async function start(directory: string): Promise<{ readonly origin: string; readonly child: ChildProcess }> {
  const program = `
    import { flushCompileCache } from "node:module";
    import { startPlatform } from "@latchkey/platform";
    const platform = await startPlatform({ dataDirectory: ${JSON.stringify(directory)} });
    await platform.fetch(new Request(platform.url + "/v1.0/applications"));
    flushCompileCache();
    console.log(platform.url);
  `;
  const child = spawn(process.execPath, ["--conditions=@latchkey/source", "--input-type=module", "--eval", program], {
    cwd: fileURLToPath(new URL("../../../..", import.meta.url)),
    // A killed process would not save compiled code for the next one, and compiling takes most of a start.
    env: { ...process.env, NODE_COMPILE_CACHE: join(parent, "compiled") },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  for await (const origin of createInterface({ input: child.stdout })) {
    return { origin, child };
  }
  throw new Error("The platform did not start");
}

async function kill(child: ChildProcess): Promise<NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
  return child.signalCode;
}

interface PostResponse {
  readonly status: number | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: an response of the wire, whose shape is what the test asserts
  readonly json: any;
}

interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Returns the response to a POST, or `undefined` if the process died first. */
function post({ url, headers, body }: Post, agent: Agent): Promise<PostResponse | undefined> {
  return new Promise((resolve) => {
    const sent = request(url, { method: "POST", headers, agent }, async (response) => {
      let text = "";
      try {
        for await (const chunk of response.setEncoding("utf8")) {
          text += chunk;
        }
        resolve({ status: response.statusCode, json: JSON.parse(text) });
      } catch {
        resolve(undefined);
      }
    });
    sent.on("error", () => resolve(undefined));
    sent.end(body);
  });
}

async function tokenFrom(origin: string, tenantId: string, daemon: Daemon, agent: Agent): Promise<string> {
  const response = await post(
    {
      url: `${origin}/${tenantId}/oauth2/v2.0/token`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(tokenForm(daemon)).toString(),
    },
    agent,
  );
  return response?.json.access_token;
}

/** Returns the applications in the file, after checking that the file is intact. */
function applicationsInFile(directory: string): ReadonlyMap<string, string> {
  const file = new DatabaseSync(join(directory, "directory.sqlite"), { readOnly: true });
  try {
    expect(file.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    expect(file.prepare("PRAGMA foreign_key_check").all()).toEqual([]);
    const rows = file
      .prepare(
        `SELECT application.id, application.displayName FROM application
         JOIN identifierUri ON identifierUri.applicationId = application.id
         WHERE uri = 'api://' || application.tenantId || '/' || application.displayName`,
      )
      .all();
    return new Map(rows.map((row) => [String(row["id"]), String(row["displayName"])]));
  } finally {
    file.close();
  }
}

/** Kills the platform repeatedly while it writes, and checks that every acknowledged write was stored. */
async function killUnderLoad(directory: string): Promise<{ readonly acknowledged: number; readonly cutShort: number }> {
  const prepared = await startPlatform({ dataDirectory: directory });
  const daemon = registerDaemon(prepared, ["Application.ReadWrite.All"]);
  const tenantId = prepared.tenant.id;
  await prepared.stop();
  const ca = readFileSync(join(directory, "ca-certificate.pem"));
  const acknowledged = new Map<string, string>();
  let cutShort = 0;

  for (let round = 0; round < killsEach; round++) {
    const { origin, child } = await start(directory);
    const agent = new Agent({ ca, keepAlive: true });
    const headers = {
      authorization: `Bearer ${await tokenFrom(origin, tenantId, daemon, agent)}`,
      "content-type": "application/json",
    };
    // At a different moment of the writes each time.
    let left = 1 + ((round * 7) % 23);
    const write = async (writer: number): Promise<void> => {
      for (let count = 0; ; count++) {
        const displayName = `round-${round}-writer-${writer}-${count}`;
        const body = JSON.stringify({ displayName, identifierUris: [`api://${tenantId}/${displayName}`] });
        const response = await post({ url: `${origin}/v1.0/applications`, headers, body }, agent);
        if (response === undefined) {
          cutShort++;
          return;
        }
        expect(response).toMatchObject({ status: 201, json: { displayName } });
        acknowledged.set(response.json.id, displayName);
        left--;
        if (left === 0) {
          child.kill("SIGKILL");
        }
      }
    };
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
    expect(await kill(child)).toBe("SIGKILL");
    agent.destroy();
    const stored = applicationsInFile(directory);
    expect([...acknowledged].filter(([id, name]) => stored.get(id) !== name)).toEqual([]);
  }
  return { acknowledged: acknowledged.size, cutShort };
}

test("a data directory keeps every acknowledged write when its process is killed under load, 50 times", async () => {
  const results = await Promise.all(
    Array.from({ length: directories }, (_, index) => killUnderLoad(join(parent, String(index)))),
  );
  for (const { acknowledged, cutShort } of results) {
    expect(acknowledged).toBeGreaterThan(killsEach);
    expect(cutShort).toBe(killsEach * writers);
  }
}, 120_000);
