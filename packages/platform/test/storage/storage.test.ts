import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemRandom } from "../../src/core/random.ts";
import { getApplication } from "../../src/directory/applications/applications.ts";
import { listAzureResources } from "../../src/directory/azureResources.ts";
import { type Directory, openDirectory } from "../../src/directory/directory.ts";
import {
  type DeletedObject,
  listDeleted,
  restoreDeleted,
} from "../../src/directory/directoryObjects/deletedObjects.ts";
import { listGroupMembers } from "../../src/directory/groups/groupMembers.ts";
import { type Group, getGroup } from "../../src/directory/groups/groups.ts";
import { findManager, listDirectReports } from "../../src/directory/users/managers.ts";
import { GraphError } from "../../src/graph/request/graphErrors/graphError.ts";
import type { Database } from "../../src/storage/database.ts";
import { migrations } from "../../src/storage/migrations.ts";
import { openStorage } from "../../src/storage/openStorage.ts";
import { postForm, registerDaemon, tokenForm, tokenPath } from "../support/daemon.ts";
import { steppedClock } from "../support/steppedClock.ts";

let directory: string;
let platform: Platform | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "latchkey-storage-"));
});
afterEach(async () => {
  await platform?.stop();
  platform = undefined;
  rmSync(directory, { recursive: true });
});

async function restart(): Promise<Platform> {
  await platform?.stop();
  platform = await startPlatform({ dataDirectory: directory });
  return platform;
}

describe("a data directory", () => {
  test("keeps applications, secrets and consent across a restart", async () => {
    const daemon = registerDaemon(await restart(), ["User.Read.All"]);
    const again = await restart();
    const { status, body } = await postForm(again, tokenPath(again), tokenForm(daemon));
    expect(status).toBe(200);
    expect(JSON.parse(atob(body.access_token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")))).toMatchObject({
      roles: ["User.Read.All"],
    });
  });

  test("keeps what was written before its process was killed", async () => {
    const program = `
      import { startPlatform } from "@latchkey/platform";
      const platform = await startPlatform({ dataDirectory: ${JSON.stringify(directory)} });
      const { appId } = platform.directory.registerApplication({ displayName: "Daemon" });
      const { secretText: secret } = platform.directory.addPassword(appId);
      process.stdout.write(JSON.stringify({ appId, secret }), () => process.kill(process.pid, "SIGKILL"));
    `;
    const { stdout, signal } = spawnSync(
      process.execPath,
      ["--conditions=@latchkey/source", "--input-type=module", "--eval", program],
      { cwd: fileURLToPath(new URL("../../../..", import.meta.url)), encoding: "utf8" },
    );
    expect(signal).toBe("SIGKILL");
    const again = await restart();
    expect((await postForm(again, tokenPath(again), tokenForm(JSON.parse(stdout)))).status).toBe(200);
  });

  test("keeps the tenant, its administrator's password and the CA", async () => {
    const first = await restart();
    const second = await restart();
    expect(second.tenant).toEqual(first.tenant);
    expect(second.caCertificate).toBe(first.caCertificate);
  });

  test("is readable only by its owner where it has secrets", async () => {
    await restart();
    const modes = Object.fromEntries(
      readdirSync(directory).map((name) => [name, statSync(join(directory, name)).mode & 0o777]),
    );
    expect(modes).toMatchObject({ "directory.sqlite": 0o600, "ca-key.pem": 0o600, "ca-certificate.pem": 0o644 });
  });

  test("refuses to be used for another tenant", async () => {
    await restart();
    await platform?.stop();
    platform = undefined;
    const tenant = { id: "11111111-2222-3333-4444-555555555555" };
    await expect(startPlatform({ dataDirectory: directory, tenant })).rejects.toThrow("belongs to tenant");
  });

  test("names the CA file in the environment for child processes", async () => {
    const { environment } = await restart();
    expect(environment["NODE_EXTRA_CA_CERTS"]).toBe(join(directory, "ca-certificate.pem"));
  });

  test("is refused with a remedy if a newer release wrote it, and left unchanged", async () => {
    await restart();
    await platform?.stop();
    platform = undefined;
    const file = new DatabaseSync(join(directory, "directory.sqlite"));
    file.exec("PRAGMA user_version = 999");
    file.close();
    await expect(startPlatform({ dataDirectory: directory })).rejects.toThrow(/newer release.*Update Latchkey/);
  });
});

const fixtures = new URL("../fixtures/", import.meta.url);

test("the schema of every release is stored in a file", () => {
  const files = readdirSync(fixtures).filter((name) => name.startsWith("directorySchema"));
  expect(files.toSorted()).toEqual(migrations.map((_, index) => `directorySchema${index + 1}.sql`).toSorted());
});

function openStored(schema: number): void {
  const file = new DatabaseSync(join(directory, "directory.sqlite"));
  file.exec(readFileSync(new URL(`directorySchema${schema}.sql`, fixtures), "utf8"));
  expect(file.prepare("PRAGMA user_version").get()).toEqual({ user_version: schema });
  file.close();
}

describe.each(migrations.map((_, index) => index + 1))("a data directory of schema %i", (schema) => {
  beforeEach(() => openStored(schema));

  test("is migrated with everything in it", async () => {
    platform = await startPlatform({ dataDirectory: directory, clock: steppedClock() });
    const { status, body } = await postForm(platform, tokenPath(platform), {
      grant_type: "client_credentials",
      client_id: "b187c3ed-862c-4ba1-b96f-686220b56a8b",
      client_secret: "a-secret-for-tests-only-0123456789",
      scope: "api://orders/.default",
    });
    expect([status, decodeJwt(body.access_token)["roles"]]).toEqual([200, ["Orders.Read.All"]]);
  });

  test("has the tables and indexes of a new one afterwards", () => {
    const schemaOf = (database: Database) =>
      database.all("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
    const [stored, fresh] = [openStorage(directory), openStorage(undefined)];
    expect(schemaOf(stored)).toEqual(schemaOf(fresh));
    expect(stored.all("PRAGMA foreign_key_check")).toEqual([]);
    stored.close();
    fresh.close();
  });

  test("can store groups afterwards, also across another restart", async () => {
    const group = (await restart()).directory.createGroup({ displayName: "Marketing" });
    expect((await restart()).directory.findGroup("Marketing")).toEqual(group);
  });
});

/** The directory in the stored file, at the time when it was written. */
function storedDirectory(schema: number): Directory {
  openStored(schema);
  return openDirectory(openStorage(directory), steppedClock(), systemRandom());
}

test("a data directory of schema 2 keeps its groups and their members", () => {
  const stored = storedDirectory(2);
  const { id, displayName } = getGroup(stored, "ea599cc4-e223-48b7-9b03-5256ab27c7f3") as Group;
  expect(displayName).toBe("Sales");
  expect(listGroupMembers(stored, id, { limit: 10 }).items).toEqual(["a1de0000-0000-4000-8000-000000000002"]);
  stored.database.close();
});

test("a data directory of schema 3 keeps deleted applications, which can be restored", () => {
  const stored = storedDirectory(3);
  const [deleted, ...more] = listDeleted(stored, "5f0c7a3e-2b1d-4c6f-9e8a-7d6b5c4a3f21", "application");
  expect([deleted, more]).toMatchObject([{ object: { displayName: "Retired report" } }, []]);
  expect(restoreDeleted(stored, deleted as DeletedObject)).toBe(true);
  expect(getApplication(stored, (deleted as DeletedObject).id)?.displayName).toBe("Retired report");
  stored.database.close();
});

test("a data directory of schema 6 keeps Azure's resource groups", () => {
  const stored = storedDirectory(6);
  const groups = listAzureResources(stored, "5f0c7a3e-2b1d-4c6f-9e8a-7d6b5c4a3f21", "/subscriptions/");
  expect(groups).toEqual([
    {
      id: "/subscriptions/5d2f8a12-0000-4000-8000-000000000001/resourceGroups/apps",
      location: "westeurope",
      tags: { team: "orders" },
    },
  ]);
  stored.database.close();
});

test("a data directory of schema 7 keeps the secrets of service principals", async () => {
  openStored(7);
  platform = await startPlatform({ dataDirectory: directory, clock: steppedClock() });
  const { status } = await postForm(platform, tokenPath(platform), {
    grant_type: "client_credentials",
    client_id: "b187c3ed-862c-4ba1-b96f-686220b56a8b",
    client_secret: "its-service-principals-secret-for-tests",
    scope: "api://orders/.default",
  });
  expect(status).toBe(200);
});

test("a data directory of schema 7 keeps users' managers", () => {
  const stored = storedDirectory(7);
  const [manager, report] = ["a1de0000-0000-4000-8000-000000000001", "a1de0000-0000-4000-8000-000000000002"];
  expect([findManager(stored, report), listDirectReports(stored, manager)]).toEqual([manager, [report]]);
  stored.database.close();
});

test("without a data directory nothing is written, and the environment names no file", async () => {
  platform = await startPlatform();
  expect(readdirSync(directory)).toEqual([]);
  expect(platform.environment).not.toHaveProperty("NODE_EXTRA_CA_CERTS");
});

describe("the database", () => {
  test("uses a write-ahead log and enforces foreign keys", () => {
    const database = openStorage(directory);
    expect(database.get("PRAGMA journal_mode")).toEqual({ journal_mode: "wal" });
    expect(database.get("PRAGMA foreign_keys")).toEqual({ foreign_keys: 1 });
    expect(database.get("PRAGMA synchronous")).toEqual({ synchronous: 1 });
    database.close();
  });

  test("rolls back a failed transaction completely", () => {
    const database = openStorage(undefined);
    expect(() =>
      database.transaction(() => {
        database.run("INSERT INTO setting (name, value) VALUES ('a', 'b')");
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(database.get("SELECT * FROM setting")).toBeUndefined();
    database.close();
  });

  test("rolls back a transaction that ends in a refusal", () => {
    const database = openStorage(undefined);
    const refused = (): never =>
      database.transaction(() => {
        database.run("INSERT INTO setting (name, value) VALUES ('a', 'b')");
        throw new GraphError("denied", {});
      });
    expect(refused).toThrow(GraphError);
    expect(database.get("SELECT * FROM setting")).toBeUndefined();
    database.close();
  });

  test("joins an inner transaction to the outer one", () => {
    const database = openStorage(undefined);
    expect(() =>
      database.transaction(() => {
        database.transaction(() => database.run("INSERT INTO setting (name, value) VALUES ('a', 'b')"));
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(database.get("SELECT * FROM setting")).toBeUndefined();
    database.close();
  });
});
