import { inspect } from "node:util";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../../support/browser.ts";
import { getJson, postForm, registerDaemon, tokenForm, tokenPath } from "../../support/daemon.ts";
import { someTimeMs, steppedClock } from "../../support/steppedClock.ts";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform({ clock: steppedClock() });
});
afterAll(() => platform.stop());

const tokenStatus = async (daemon: Parameters<typeof tokenForm>[0]) =>
  (await postForm(platform, tokenPath(platform), tokenForm(daemon))).status;

test("restores a deleted application with its secret and its consent", async () => {
  const daemon = registerDaemon(platform, ["User.Read.All"]);
  const before = platform.directory.findUser(platform.tenant.administrator.userPrincipalName);
  const snapshot = await platform.snapshot();
  platform.directory.deleteApplication(daemon.appId);
  expect(await tokenStatus(daemon)).toBe(400);
  await platform.restore(snapshot);
  const { body } = await postForm(platform, tokenPath(platform), tokenForm(daemon));
  const users = await platform.fetch(
    new Request(`${platform.url}/v1.0/users`, { headers: { authorization: `Bearer ${body.access_token}` } }),
  );
  expect(users.status).toBe(200);
  expect(platform.directory.findUser(platform.tenant.administrator.userPrincipalName)).toEqual(before);
});

test("restores groups and their members", async () => {
  const { administrator } = platform.tenant;
  const { id = "" } = platform.directory.findUser(administrator.userPrincipalName) ?? {};
  const group = platform.directory.createGroup({ displayName: "Sales" });
  platform.directory.addGroupMember(group.id, id);
  const snapshot = await platform.snapshot();
  platform.directory.deleteGroup(group.id);
  await platform.restore(snapshot);
  expect(platform.directory.findGroup("Sales")).toEqual(group);
  expect(platform.directory.removeGroupMember(group.id, id)).toBe(true);
});

test("removes what was added later, any number of times", async () => {
  const snapshot = await platform.snapshot();
  for (let round = 0; round < 2; round++) {
    const daemon = registerDaemon(platform);
    expect(await tokenStatus(daemon)).toBe(200);
    await platform.restore(snapshot);
    expect(await tokenStatus(daemon)).toBe(400);
  }
});

test("keeps the order of lists", async () => {
  const daemon = registerDaemon(platform, ["User.Read.All", "Application.Read.All", "Mail.Send"]);
  const roles = async () => {
    const { body } = await postForm(platform, tokenPath(platform), tokenForm(daemon));
    return JSON.parse(Buffer.from(body.access_token.split(".")[1], "base64url").toString()).roles;
  };
  const before = await roles();
  await platform.restore(await platform.snapshot());
  expect(await roles()).toEqual(before);
});

test("restores the clock, the faults and their remaining counts", async () => {
  platform.clock.advance(60_000);
  platform.faults.add({ id: "twice", status: 503, count: 2 });
  await getJson(platform, "/common/discovery/keys");
  const snapshot = await platform.snapshot();
  expect(snapshot.takenAt).toEqual(new Date(someTimeMs + 60_000));
  platform.clock.set(0);
  await getJson(platform, "/common/discovery/keys");
  await platform.restore(snapshot);
  expect(platform.clock.now()).toBe(someTimeMs + 60_000);
  expect(platform.faults.list()).toMatchObject([{ id: "twice", fired: 1 }]);
  platform.faults.clear();
});

test("restores browser sessions", async () => {
  const { appId } = registerDaemon(platform, ["User.Read.All"]);
  const page = `/${platform.tenant.id}/adminconsent?client_id=${appId}`;
  const { userPrincipalName, password } = platform.tenant.administrator;
  const before = await platform.snapshot();
  const browser = openBrowser(platform);
  await browser.get(page);
  await browser.signIn(page, userPrincipalName, password);
  expect((await browser.get(page)).html).not.toContain('name="password"');
  const signedIn = await platform.snapshot();
  await platform.restore(before);
  expect((await browser.get(page)).html).toContain('name="password"');
  await platform.restore(signedIn);
  expect((await browser.get(page)).html).not.toContain('name="password"');
});

test("keeps the signing keys, so that earlier tokens stay valid", async () => {
  const published = await getJson(platform, "/common/discovery/keys");
  await platform.restore(await platform.snapshot());
  expect((await getJson(platform, "/common/discovery/keys")).text).toBe(published.text);
});

test("shows nothing of the directory when it is printed", async () => {
  const snapshot = await platform.snapshot();
  expect(JSON.stringify(snapshot)).toBe(JSON.stringify({ takenAt: snapshot.takenAt }));
  expect(inspect(snapshot, { depth: 9, showHidden: true })).not.toContain("hash");
});

test("refuses the snapshot of another platform", async () => {
  const other = await startPlatform();
  const snapshot = await other.snapshot();
  await other.stop();
  await expect(platform.restore(snapshot)).rejects.toThrow(/not from this platform/);
});
