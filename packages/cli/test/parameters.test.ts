import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "./recordingTerminal.ts";

const complete = {
  authority: "https://localhost:1/11111111-1111-4111-8111-111111111111",
  client_id: "22222222-2222-4222-8222-222222222222",
  scope: ["https://graph.microsoft.com/.default"],
  secret: "the-secret-value",
  endpoint: "https://localhost:1/v1.0/users",
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-parameters-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function runWith(parameters: unknown, mode = 0o600) {
  const path = join(folder, "parameters.json");
  await rm(path, { force: true });
  await writeFile(path, typeof parameters === "string" ? parameters : JSON.stringify(parameters), { mode });
  await chmod(path, mode);
  return runCommand(["run", path]);
}

describe("latchkey run refuses", () => {
  const rows: [string, unknown, RegExp, RegExp][] = [
    [
      "a missing key by its name",
      { ...complete, client_id: undefined },
      /client_id is missing/,
      /Add client_id: the application/,
    ],
    ["every missing key at once", {}, /client_id is missing; scope is missing; endpoint is missing/, /Add client_id/],
    [
      "an unknown key by its name",
      { ...complete, tennant: "x" },
      /tennant is unknown/,
      /only these keys: note, authority/,
    ],
    ["a key of the wrong type", { ...complete, scope: "one" }, /scope is of type string, not array/, /Correct scope/],
    [
      "both authorities",
      { ...complete, oidc_authority: "https://issuer.example" },
      /both authority and oidc_authority/,
      /change the other to null/,
    ],
    ["neither authority", { ...complete, authority: null }, /neither authority nor oidc_authority/, /Set authority/],
    [
      "both credentials",
      { ...complete, private_key_file: "server.key" },
      /both secret and private_key_file/,
      /Keep one/,
    ],
    ["no credential", { ...complete, secret: null }, /neither secret nor private_key_file/, /LATCHKEY_CLIENT_SECRET/],
    [
      "a key without a thumbprint",
      { ...complete, secret: null, private_key_file: "k" },
      /without thumbprint/,
      /certificate_file/,
    ],
    [
      "a key file that is not there",
      { ...complete, secret: null, private_key_file: "k", thumbprint: "aa" },
      /Cannot read private_key_file .*no such file/,
      /Check the path/,
    ],
    [
      "an endpoint that is neither https nor local",
      { ...complete, endpoint: "http://api.example/" },
      /endpoint is neither https nor on this machine/,
      /Correct endpoint/,
    ],
    [
      "the sample's placeholders",
      { ...complete, client_id: "Enter_the_Application_Id_Here" },
      /placeholder "Enter_the_Application_Id_Here"/,
      /Replace it/,
    ],
    ["a file that is not JSON", "{ nope", /is not JSON/, /Correct it/],
    ["a list in place of an object", "[]", /holds a list, not an object/, /Put the keys/],
  ];
  it.each(rows)("%s", async (_, parameters, message, remedy) => {
    const { exitCode, out, err } = await runWith(parameters);
    expect(exitCode).toBe(1);
    expect(out).toBe("");
    expect(err).toMatch(message);
    expect(err).toMatch(remedy);
    expect(err).not.toContain("the-secret-value");
  });

  it("a file that is not there", async () => {
    const { exitCode, err } = await runCommand(["run", join(folder, "absent.json")]);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/there is no such file/);
  });
});

it("warns when others can read a file that holds a secret", async () => {
  const { err } = await runWith({ ...complete, authority: null }, 0o644);
  expect(err).not.toContain("Warning");
  const shared = await runWith(complete, 0o644);
  expect(shared.err).toMatch(
    /Warning: .*parameters\.json holds a secret and others on this machine can read it; run: chmod 600/,
  );
});

it("says nothing about permissions when only the owner can read it", async () => {
  expect((await runWith(complete, 0o600)).err).not.toContain("Warning");
});
