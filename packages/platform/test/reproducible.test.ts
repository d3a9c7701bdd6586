import { generateKeyPairSync } from "node:crypto";
import { seededRandom, startPlatform } from "@latchkey/platform";
import { expect, test } from "vitest";
import { getJson, postForm, registerDaemon, tokenForm, tokenPath } from "./support/daemon.ts";

const keys = [
  {
    privateKey: generateKeyPairSync("rsa", { modulusLength: 2048 })
      .privateKey.export({ format: "pem", type: "pkcs8" })
      .toString(),
  },
];

/** Everything a client sees in a short scenario. The port is part of it and is replaced by a word. */
async function story(seed: string): Promise<string> {
  const clock = { now: () => Date.UTC(2026, 10, 21) };
  const platform = await startPlatform({ keys, random: seededRandom(seed), clock, port: 0 });
  const daemon = registerDaemon(platform, ["User.Read.All"]);
  const path = tokenPath(platform);
  const good = await postForm(platform, path, tokenForm(daemon));
  const bad = await postForm(platform, path, tokenForm(daemon, { client_secret: "wrong" }));
  const published = await getJson(platform, "/common/discovery/keys");
  const claims = Buffer.from(good.body.access_token.split(".")[1], "base64url").toString();
  const header = good.body.access_token.split(".")[0];
  const story = JSON.stringify([
    platform.tenant,
    daemon,
    header,
    claims,
    good.body.expires_in,
    bad.text,
    published.text,
  ]);
  await platform.stop();
  return story.replaceAll(new URL(platform.url).host, "host");
}

test("with the same keys, seed and clock every byte is the same", async () => {
  expect(await story("one")).toBe(await story("one"));
});

test("with another seed they are not", async () => {
  expect(await story("one")).not.toBe(await story("two"));
});
