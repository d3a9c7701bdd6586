import { type PlatformEvent, startPlatform } from "@latchkey/platform";
import { expect, test } from "vitest";
import { eventLog } from "../src/events.ts";
import { postForm, registerDaemon, tokenForm, tokenPath } from "./support/daemon.ts";

test("a token request is one event, given at once and kept", async () => {
  const seen: PlatformEvent[] = [];
  const platform = await startPlatform({ onEvent: (event) => seen.push(event) });
  const daemon = registerDaemon(platform, ["User.Read.All"]);
  await postForm(platform, tokenPath(platform), tokenForm(daemon));
  await platform.stop();
  expect(seen).toEqual(platform.events);
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    type: "token",
    method: "POST",
    path: tokenPath(platform),
    status: 200,
    grantType: "client_credentials",
    clientId: daemon.appId,
    tenantId: platform.tenant.id,
    resource: "https://graph.microsoft.com",
    permissions: ["User.Read.All"],
    why: "app-only token for Microsoft Graph with roles User.Read.All",
  });
});

test("a refusal says in plain words what mends it", async () => {
  const platform = await startPlatform();
  const daemon = registerDaemon(platform);
  await postForm(platform, tokenPath(platform), tokenForm(daemon, { client_secret: daemon.secretId }));
  await platform.stop();
  expect(platform.events.at(-1)).toMatchObject({
    status: 401,
    aadsts: 7000215,
    why: "AADSTS7000215: the value sent is the id of a registered secret; send the secret's value",
  });
});

test("a token without roles says why the next call will be refused", async () => {
  const platform = await startPlatform();
  await postForm(platform, tokenPath(platform), tokenForm(registerDaemon(platform)));
  await platform.stop();
  expect(platform.events.at(-1)?.why).toContain("nobody has consented to application permissions");
});

test("the last thousand events are kept, and memory stays bounded", () => {
  const log = eventLog({ now: () => 0 }, undefined);
  for (let index = 0; index < 5000; index += 1) {
    log.record({ type: "request", method: "GET", path: `/${index}`, status: 200, why: "" });
  }
  expect(log.recent()).toHaveLength(1000);
  expect(log.recent().at(-1)?.path).toBe("/4999");
  expect(log.recent().at(0)?.path).toBe("/4000");
});
