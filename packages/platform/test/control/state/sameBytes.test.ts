import { generateKeyPairSync } from "node:crypto";
import { type Platform, type Seed, seededRandom, startPlatform } from "@latchkey/platform";
import { expect, test } from "vitest";
import { postForm, tokenPath } from "../../support/daemon.ts";
import { steppedClock } from "../../support/steppedClock.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const keys = [{ privateKey: privateKey.export({ format: "pem", type: "pkcs8" }).toString() }];
const seed: Seed = {
  users: [{ userPrincipalName: "ada@contoso.onmicrosoft.com" }],
  applications: [
    {
      name: "daemon",
      permissions: [{ api: "Microsoft Graph", application: ["User.Read.All"] }],
      adminConsent: true,
      secrets: [{}],
    },
  ],
};

/** Everything a short session puts on the wire: statuses, headers, bodies, and tokens with their signatures. */
async function session(port: number | undefined): Promise<{ readonly port: number; readonly transcript: string }> {
  const platform = await startPlatform({
    port,
    keys,
    seed,
    random: seededRandom("same"),
    clock: steppedClock(),
    faults: [{ endpoint: "keys", status: 503, probability: 0.5 }],
  });
  const transcript: unknown[] = [platform.seeded];
  const [daemon] = platform.seeded.applications;
  const form = {
    grant_type: "client_credentials",
    client_id: daemon?.clientId ?? "",
    client_secret: daemon?.secrets[0]?.value ?? "",
    scope: "https://graph.microsoft.com/.default",
  };
  const { headers, text, body } = await postForm(platform, tokenPath(platform), form);
  transcript.push([...headers], text);
  platform.clock.advance(60_000);
  transcript.push(await get(platform, "/v1.0/users?$top=3", body.access_token));
  for (let count = 0; count < 6; count++) {
    transcript.push(await get(platform, "/common/discovery/keys"));
  }
  transcript.push(await get(platform, "/nowhere/v2.0/.well-known/openid-configuration"));
  await platform.stop();
  return { port: Number(new URL(platform.url).port), transcript: JSON.stringify(transcript) };
}

async function get(platform: Platform, path: string, token?: string): Promise<unknown> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await platform.fetch(new Request(`${platform.url}${path}`, { headers }));
  return [response.status, [...response.headers], await response.text()];
}

test("the same keys, seed, clock, random source and faults produce the same bytes", async () => {
  const first = await session(undefined);
  const second = await session(first.port);
  expect(second.transcript).toBe(first.transcript);
  expect(first.transcript).toContain("503");
});
