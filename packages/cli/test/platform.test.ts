import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFetch } from "@latchkey/client/node";
import { findRunningPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "./recordingTerminal.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-platform-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ready {
  readonly type: "ready";
  readonly url: string;
  readonly caFile: string;
  readonly tenant: { readonly id: string; readonly administrator: { readonly password: string } };
}

/** Starts the command, waits for its ready line, does the work, and presses Ctrl-C. */
async function whileRunning(args: string[], work: (ready: Ready) => Promise<void>) {
  const failures: unknown[] = [];
  const recording = await runCommand(["platform", "--json", ...args], {
    environment: { XDG_DATA_HOME: folder, LOCALAPPDATA: folder },
    onOutput: (line, interrupt) => {
      const event = JSON.parse(line) as Ready;
      if (event.type === "ready") {
        work(event)
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

describe("latchkey platform", () => {
  test("says where another platform runs on the same data, and leaves it to be found", async () => {
    const data = join(folder, "shared");
    await whileRunning(["--data-dir", data], async (first) => {
      const { err } = await whileRunning(["--data-dir", data], async () => {});
      expect(err).toContain(`Another platform runs on the same data at ${first.url}`);
      expect(findRunningPlatform(data)?.url).toBe(first.url);
    });
    expect(findRunningPlatform(data)).toBeUndefined();
  });

  test("prints one ready line, serves TLS that its CA file verifies, and stops at Ctrl-C", async () => {
    let url = "";
    const { exitCode, out } = await whileRunning(["--memory"], async (ready) => {
      url = ready.url;
      const fetch = createFetch({ certificateAuthorities: [await readFile(ready.caFile, "utf8")] });
      const response = await fetch(`${ready.url}/${ready.tenant.id}/v2.0/.well-known/openid-configuration`);
      expect(await response.json()).toMatchObject({ issuer: `${ready.url}/${ready.tenant.id}/v2.0` });
      await fetch(`${ready.url}/${ready.tenant.id}/oauth2/v2.0/token`, { method: "POST" });
    });
    expect(exitCode).toBe(0);
    const [first, second] = out.split("\n").map((line) => JSON.parse(line));
    expect(first.type).toBe("ready");
    expect(second).toMatchObject({ type: "token", status: 400, why: expect.stringContaining("AADSTS900144") });
    await expect(createFetch()(url)).rejects.toThrow();
  });

  test("stops at Ctrl-C while a connection to its port is open that has sent nothing", async () => {
    const { exitCode } = await whileRunning(["--memory"], async ({ url }) => {
      const probe = createConnection({ host: "127.0.0.1", port: Number(new URL(url).port) });
      probe.on("error", () => undefined);
      await once(probe, "connect");
    });
    expect(exitCode).toBe(0);
  });

  test.each([[["--json"]], [[]]])("reports requests without the secrets and tokens in them (%j)", async (output) => {
    const canary = "CANARY~real.production-secret_0123456789";
    const seen: string[] = [];
    const failures: unknown[] = [];
    const post = async (interrupt: () => void): Promise<void> => {
      const text = seen.join("\n");
      const url = /https:\/\/localhost:\d+/.exec(text)?.[0] ?? "";
      const tenant = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(text)?.[0] ?? "";
      const authority = await readFile(/[^"\s]+ca-certificate\.pem/.exec(text)?.[0] ?? "", "utf8");
      const fetch = createFetch({ certificateAuthorities: [authority] });
      const form = { client_id: tenant, client_secret: canary, client_assertion: canary, password: canary };
      const grants = [{ code: canary }, { refresh_token: canary }, { device_code: canary }, { assertion: canary }];
      for (const grant of grants) {
        const body = new URLSearchParams({ grant_type: "client_credentials", scope: "a/.default", ...form, ...grant });
        await fetch(`${url}/${tenant}/oauth2/v2.0/token?client_secret=${canary}`, { method: "POST", body });
      }
      await fetch(`${url}/v1.0/users`, { headers: { authorization: `Bearer ${canary}` } });
      interrupt();
    };
    const { out, err } = await runCommand(["platform", "--memory", ...output], {
      environment: { XDG_DATA_HOME: folder, LOCALAPPDATA: folder },
      onOutput: (line, interrupt) => {
        seen.push(line);
        if (/"type":"ready"|Requests follow/.test(line)) {
          post(interrupt).catch((error: unknown) => {
            failures.push(error);
            interrupt();
          });
        }
      },
    });
    expect(failures).toEqual([]);
    expect(`${out}\n${err}`.match(/AADSTS700016/g)).toHaveLength(4);
    expect(`${out}\n${err}`).not.toContain("CANARY");
  });

  test("stores its data unless --memory is given", async () => {
    const passwords: string[] = [];
    const remember = async ({ tenant }: Ready) => void passwords.push(tenant.administrator.password);
    await whileRunning([], remember);
    await whileRunning([], remember);
    await whileRunning(["--memory"], remember);
    expect(passwords[0]).toBe(passwords[1]);
    expect(passwords[2]).not.toBe(passwords[0]);
  });

  test("writes the parameters of a consented daemon, which latchkey run accepts", async () => {
    const file = join(folder, "daemon.json");
    const environment = { XDG_DATA_HOME: folder, LOCALAPPDATA: folder };
    await whileRunning(["--memory", "--daemon", file], async () => {
      if (process.platform !== "win32") {
        expect((await stat(file)).mode & 0o777).toBe(0o600);
      }
      const { exitCode, out, err } = await runCommand(["run", file], { environment });
      expect(exitCode, err).toBe(0);
      expect(JSON.parse(out).value.length).toBeGreaterThan(25);
    });
    const again = await runCommand(["platform", "--memory", "--daemon", file], { environment });
    expect(again.exitCode).toBe(1);
    expect(again.err).toMatch(/daemon\.json already exists/);
  });

  /** Returns what the platform prints for the user; `work` gets all of it, then Ctrl-C is pressed. */
  async function whileIntroduced(
    args: string[],
    work: (text: string) => Promise<void>,
    environment: Record<string, string> = {},
  ): Promise<void> {
    const lines: string[] = [];
    const failures: unknown[] = [];
    await runCommand(["platform", ...args], {
      environment: { XDG_DATA_HOME: folder, LOCALAPPDATA: folder, ...environment },
      onOutput: (line, interrupt) => {
        lines.push(line);
        if (!line.includes("Requests follow")) {
          return;
        }
        work(lines.join("\n"))
          .catch((error: unknown) => failures.push(error))
          .finally(interrupt);
      },
    });
    if (failures.length > 0) {
      throw failures[0];
    }
  }

  test("prints how to run the daemon, with the data folder if it is not the default one", async () => {
    const file = join(folder, "other daemon.json");
    await whileIntroduced(["--data-dir", join(folder, "other data"), "--daemon", file], async (text) => {
      const printed = /try: latchkey (run .*)\)$/m.exec(text)?.[1] ?? "";
      expect(printed).toContain("--data-dir");
      const args = (printed.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ""));
      const { exitCode, out, err } = await runCommand(args, {
        environment: { XDG_DATA_HOME: folder, LOCALAPPDATA: folder },
      });
      expect(exitCode, err).toBe(0);
      expect(JSON.parse(out).value.length).toBeGreaterThan(25);
    });
  });

  test.each([
    ["latchkey", {}],
    ["npx latchkey", { npm_command: "exec" }],
    ["npm run latchkey --", { npm_command: "run-script", npm_package_name: "latchkey-workspace" }],
  ])("prints how to run the daemon in the way the platform was started: %s", async (command, environment) => {
    const file = join(folder, `daemon of ${command}.json`);
    await whileIntroduced(
      ["--memory", "--daemon", file],
      async (text) => expect(text).toContain(`try: ${command} run '${file}')`),
      environment,
    );
  });

  test("says that a daemon under Microsoft's names needs the variables", async () => {
    const file = join(folder, "intercepted.json");
    await whileIntroduced(["--memory", "--intercept", "--daemon", file], async (text) =>
      expect(text).toContain(`with the variables below, run: latchkey run ${file})`),
    );
  });

  test("says that the certificate authority outlives --memory", async () => {
    await whileIntroduced(["--memory"], async (text) =>
      expect(text).toMatch(
        /^ {2}data +in memory, discarded at the end; the certificate authority stays in .*latchkey$/m,
      ),
    );
    expect((await runCommand(["platform", "--help"])).out.replace(/\s+/g, " ")).toContain(
      "discard the directory's data at the end; the certificate authority stays, for programs that trust it",
    );
  });

  test("refuses --memory together with --data-dir", async () => {
    const { exitCode, err } = await runCommand(["platform", "--memory", "--data-dir", folder]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/cannot be used with/);
  });

  test.each([
    ["below a file", () => join(import.meta.filename, "data")],
    ["that is a file", () => import.meta.filename],
    ...(process.platform === "linux" ? [["where none can be created", () => "/proc/latchkey/data"] as const] : []),
  ] as const)("reports a data folder %s, with the remedy", async (_, path) => {
    for (const command of [["platform"], ["platform", "--memory"]]) {
      const { exitCode, err } = await runCommand(
        [...command, ...(command.length === 1 ? ["--data-dir", path()] : [])],
        {
          environment: { XDG_DATA_HOME: path(), LOCALAPPDATA: path() },
        },
      );
      expect(exitCode).toBe(1);
      expect(err).toContain(path());
      expect(err).toMatch(/What to do:.* Choose a folder that this account can write to \(dataDirectory, --data-dir\)/);
    }
  });

  test("reports a requested port that is in use, with the remedy", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { exitCode, err } = await runCommand(["platform", "--memory", "--port", String(port)], {
      environment: { XDG_DATA_HOME: folder, LOCALAPPDATA: folder },
    });
    server.close();
    expect(exitCode).toBe(1);
    expect(err).toContain(String(port));
    expect(err).toMatch(/error: port_unavailable[\s\S]*What to do: .*choose another port/);
  });
});
