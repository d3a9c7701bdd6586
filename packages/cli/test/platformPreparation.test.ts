import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFetch } from "@latchkey/client/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "./recordingTerminal.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-preparation-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ready {
  readonly type: "ready";
  readonly url: string;
  readonly authority: string;
  readonly caFile: string;
  readonly environment: Record<string, string>;
  readonly control: { readonly url: string; readonly token: string };
  readonly seeded: {
    readonly applications: readonly {
      readonly name: string;
      readonly clientId: string;
      readonly secrets: readonly { readonly value: string }[];
    }[];
  };
}

type Fetch = ReturnType<typeof createFetch>;

/** Starts `latchkey platform --memory --json`, waits for its ready line, does the work, and presses Ctrl-C. */
async function whileRunning(args: string[], work: (ready: Ready, fetch: Fetch) => Promise<void>) {
  const failures: unknown[] = [];
  const recording = await runCommand(["platform", "--memory", "--json", ...args], {
    environment: { XDG_DATA_HOME: folder, LOCALAPPDATA: folder },
    onOutput: (line, interrupt) => {
      const ready = JSON.parse(line) as Ready;
      if (ready.type === "ready") {
        readFile(ready.caFile, "utf8")
          .then((ca) => work(ready, createFetch({ certificateAuthorities: [ca] })))
          .catch((error: unknown) => failures.push(error))
          .finally(interrupt);
      }
    },
  });
  if (failures.length > 0) {
    throw failures[0];
  }
  return recording;
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const seed = `
applications:
  - name: nightly-report
    permissions: [{ api: Microsoft Graph, application: [User.Read.All] }]
    adminConsent: true
    secrets: [{}]
`;

/** Requests a token for the seeded application. */
function askForToken({ authority, seeded }: Ready, fetch: Fetch): Promise<Response> {
  const [daemon] = seeded.applications;
  return fetch(`${authority}/oauth2/v2.0/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: daemon?.clientId ?? "",
      client_secret: daemon?.secrets[0]?.value ?? "",
      scope: "https://graph.microsoft.com/.default",
    }).toString(),
  });
}

describe("latchkey platform --seed, --fault and --throttling", () => {
  test("gives another language everything it needs in the ready line: ids, secrets, control API", async () => {
    await whileRunning(["--seed", await file("seed.yaml", seed)], async (ready, fetch) => {
      const { control } = ready;
      expect((await askForToken(ready, fetch)).status).toBe(200);
      const clock = await fetch(`${control.url}/clock`, { headers: { authorization: `Bearer ${control.token}` } });
      expect(await clock.json()).toMatchObject({ offsetMs: 0 });
    });
  });

  test("prints the control token and generated secrets, and does not put them into the environment", async () => {
    let environment = "";
    const { out } = await runCommand(["platform", "--memory", "--seed", await file("seed.yaml", seed)], {
      environment: { XDG_DATA_HOME: folder, LOCALAPPDATA: folder },
      onOutput: (line, interrupt) => {
        if (line.includes("export ") || line.includes("$env:")) {
          environment += line;
        }
        if (line.startsWith("Ctrl-C")) {
          interrupt();
        }
      },
    });
    const token = /control token +(\S{43})$/m.exec(out)?.[1] ?? "nothing";
    expect(out).toMatch(/application +nightly-report, client id [0-9a-f-]{36}\n.*secret seed, shown only once: \S{40}/);
    expect(environment).not.toContain(token);
    expect(environment).toContain("AZURE_TENANT_ID");
  });

  test("lets Graph count the cost of requests", async () => {
    const args = ["--throttling", "--seed", await file("seed.yaml", seed)];
    await whileRunning(args, async (ready, fetch) => {
      const { access_token: token } = (await (await askForToken(ready, fetch)).json()) as { access_token: string };
      const url = "/groups/a1de0000-0000-4000-8000-00000000ffff/transitiveMembers";
      const requests = Array.from({ length: 20 }, (_, id) => ({ id: String(id), method: "GET", url }));
      const statuses = new Set<number>();
      // The limit is 35 batches, plus what refills while they run.
      for (let batches = 0; batches < 100 && !statuses.has(429); batches++) {
        const response = await fetch(`${ready.url}/v1.0/$batch`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify({ requests }),
        });
        const { responses } = (await response.json()) as { responses: readonly { readonly status: number }[] };
        for (const { status } of responses) {
          statuses.add(status);
        }
      }
      expect([...statuses]).toEqual([403, 429]);
    });
  });

  test("accepts fault rules one by one and from a file", async () => {
    const rules = await file("faults.json", '[{"endpoint":"discovery","status":500,"count":1}]');
    const args = ["--fault", "endpoint=keys,status=503,retryAfterSeconds=2,count=1", "--fault", `@${rules}`];
    const { out } = await whileRunning(args, async ({ authority }, fetch) => {
      const keys = await fetch(`${authority}/discovery/v2.0/keys`);
      expect([keys.status, keys.headers.get("retry-after")]).toEqual([503, "2"]);
      expect((await fetch(`${authority}/v2.0/.well-known/openid-configuration`)).status).toBe(500);
      expect((await fetch(`${authority}/v2.0/.well-known/openid-configuration`)).status).toBe(200);
    });
    const events = out.split("\n").map((line) => JSON.parse(line));
    expect(events.filter(({ type }) => type === "fault")).toHaveLength(2);
  });

  test("reports a mistake in a seed with file, line, field and remedy", async () => {
    const path = await file("wrong.yaml", "applications:\n  - name: a\n    secret: x\n");
    const { exitCode, err } = await runCommand(["platform", "--memory", "--seed", path], {
      environment: { XDG_DATA_HOME: folder, LOCALAPPDATA: folder },
    });
    expect(exitCode).toBe(1);
    expect(err).toContain("error: invalid_seed");
    expect(err).toContain(`${path}:3: applications[0].secret is unknown; the fields here are name`);
    expect(err).toContain("What to do: Remove secret, or write it as one of the listed fields.");
  });

  test.each([
    ["status", 2, /"status" is not name=value. Write a rule as endpoint=token/],
    ["@none.json", 2, /Cannot read fault rules from none\.json/],
    ["endpoint=tokn,status=500", 1, /endpoint must be one of token, authorize/],
    ["status=500,count=-1", 1, /error: invalid_fault_rule[\s\S]*count must be a whole number from 1 on .*, got -1/],
    ["status=abc", 1, /got "abc"[\s\S]*What to do: Correct the rule/],
  ])("reports the mistake in --fault %s", async (rule, code, message) => {
    const { exitCode, err } = await runCommand(["platform", "--memory", "--fault", rule], {
      environment: { XDG_DATA_HOME: folder, LOCALAPPDATA: folder },
    });
    expect(exitCode).toBe(code);
    expect(err).toMatch(message);
  });
});
