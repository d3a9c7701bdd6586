import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);

const program = `
  import { ConfidentialClientApplication, clientSecret } from "@latchkey/client";
  const app = new ConfidentialClientApplication({
    clientId: "11111111-2222-4333-8444-555555555555",
    authority: "https://login.microsoftonline.com/contoso.example",
    clientCredential: clientSecret("s"),
    fetch: async () => ({
      status: 200,
      headers: { get: () => null },
      text: async () => JSON.stringify({ access_token: "t", expires_in: 3600 }),
    }),
  });
  const { correlationId } = await app.acquireTokenForClient({ scopes: ["https://graph.microsoft.com/.default"] });
  const loaded = process.moduleLoadList.filter((name) => /webcrypto|https/.test(name));
  console.log(JSON.stringify({ correlationId, loaded }));
`;

test("a first token by secret loads neither WebCrypto nor, with a custom fetch, https", async () => {
  const { stdout } = await run(
    process.execPath,
    [
      "--conditions=@latchkey/source",
      "--disable-warning=ExperimentalWarning",
      "--input-type=module",
      "--eval",
      program,
    ],
    { cwd: import.meta.dirname },
  );
  const { correlationId, loaded } = JSON.parse(stdout) as { correlationId: string; loaded: string[] };
  expect(correlationId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(loaded).toEqual([]);
});
