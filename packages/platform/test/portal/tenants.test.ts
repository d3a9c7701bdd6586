import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Browser, openBrowser } from "../support/browser.ts";
import { getJson, graphScope, postForm, tokenPath } from "../support/daemon.ts";
import { appIdIn, openPortal, press, register, send } from "../support/portal.ts";

let platform: Platform;
let browser: Browser;
let homePath: string;
/** For a new tenant. */
let name: string;
let domain: string;
let path: string;
let password: string;
let count = 0;
beforeAll(async () => {
  platform = await startPlatform();
  homePath = `/portal/tenants/${platform.tenant.id}`;
});
afterAll(() => platform.stop());
beforeEach(async () => {
  count++;
  [name, domain] = [`Fabrikam ${count}`, `fabrikam${count}.onmicrosoft.com`];
  browser = await openPortal(platform);
  path = (await press(browser, "/portal/tenants", "create", { displayName: name, domain })).location ?? "";
  password = secretIn((await browser.get(path)).html);
});

const secretIn = (html: string): string => /<code id="secret">([^<]+)</.exec(html)?.[1] ?? "";
const idIn = (of: string): string => of.split("/")[3] ?? "";

/** The list's text about the tenant at the path, without markup. */
async function listed(of: string): Promise<string> {
  const { html } = await browser.get("/portal/tenants");
  const rows = html.split(/<li>|<\/li>/);
  return (rows.find((row) => row.includes(`href="${of}"`)) ?? "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .replaceAll(" ,", ",")
    .trim();
}

/** A browser in which the new tenant's administrator is signed in to the portal. */
async function openOther(): Promise<Browser> {
  const other = openBrowser(platform);
  await other.signIn("/portal/applications", `admin@${domain}`, password);
  await other.get("/portal/applications");
  return other;
}

test("lists every tenant with id, domains and counts, and marks the visitor's own", async () => {
  platform.directory.registerApplication({ displayName: "Only one" });
  const { id, displayName, domain: initial } = platform.tenant;
  expect(await listed(homePath)).toBe(
    `${displayName} signed in Tenant id ${id} ${initial}, contoso.example 30 users, 1 application`,
  );
  expect(await listed(path)).toBe(`${name} Tenant id ${idIn(path)} ${domain} 1 user, 0 applications Switch to ${name}`);
});

describe("a new tenant", () => {
  test("shows its administrator's password once, and does not log it", async () => {
    expect(password).toHaveLength(24);
    const { html } = await browser.get(path);
    expect([secretIn(html), html.includes(`admin@${domain}`)]).toEqual(["", true]);
    expect(JSON.stringify(platform.events)).not.toContain(password);
    expect(platform.events.findLast(({ type }) => type === "portal")).toMatchObject({
      tenantId: platform.tenant.id,
      why: expect.stringContaining(`created the tenant ${name} (${idIn(path)})`),
    });
  });

  test("is opened by switching, which signs out and fills in its administrator's name", async () => {
    const { html } = await browser.get(path);
    const target = /action="(\/portal\/applications\?login_hint=[^"]+)"/.exec(html)?.[1] ?? "";
    const signInPage = await send(browser, target, "sign-out");
    expect(signInPage.html).toContain(`value="admin@${domain}"`);
    expect((await browser.get("/portal/users")).html).toContain('name="password"');
    const { location } = await browser.signIn(target, `admin@${domain}`, password);
    expect((await browser.get(location ?? "")).html).toContain(`Administrator, ${name}.`);
  });

  test("issues tokens to its applications, has discovery under its domain, and has its own users", async () => {
    const other = await openOther();
    const overview = await register(other, "Sync");
    const { html } = await send(other, `${overview}/credentials`, "add-secret", { days: "180" });
    const [api, readUsers] = ["00000003-0000-0000-c000-000000000000", "df021288-bdef-4463-88db-98f22de89214"];
    await press(other, `${overview}/permissions`, "add", { api, permission: `Role ${readUsers}` });
    await press(other, `${overview}/permissions`, "grant");
    const form = {
      grant_type: "client_credentials",
      client_id: appIdIn(overview),
      client_secret: secretIn(html),
      scope: graphScope,
    };
    const { body: found } = await getJson(platform, `/${domain}/v2.0/.well-known/openid-configuration`);
    expect(found.issuer).toBe(`${platform.url}/${idIn(path)}/v2.0`);
    const { body: issued } = await postForm(platform, new URL(found.token_endpoint).pathname, form);
    expect(decodeJwt(issued.access_token)).toMatchObject({ tid: idIn(path), roles: ["User.Read.All"] });
    const headers = { authorization: `Bearer ${issued.access_token}` };
    const users = await platform.fetch(new Request(`${platform.url}/v1.0/users`, { headers }));
    expect(await users.json()).toMatchObject({ value: [{ userPrincipalName: `admin@${domain}` }] });
    const refused = await postForm(platform, tokenPath(platform), form);
    expect(refused.body.error_codes).toEqual([700016]);
  });

  test("can be changed only by its own administrator", async () => {
    for (const [action, fields] of [
      ["save", { displayName: "Taken over" }],
      ["add-domain", { domain: "taken.example" }],
    ] as const) {
      const { status, html } = await press(browser, path, action, fields);
      expect([status, html]).toEqual([400, expect.stringContaining("changed by its own administrators. Switch")]);
    }
    expect((await browser.get(path)).html).not.toContain('value="save"');
    const { html } = await send(await openOther(), path, "save", { displayName: `${name} Ltd` });
    expect(html).toContain(`<h1>${name} Ltd</h1>`);
    expect(await listed(path)).toContain(`${name} Ltd`);
  });
});

test("a tenant survives a restart, but not a reset or an earlier snapshot", async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "latchkey-tenants-"));
  const start = async () => {
    const running = await startPlatform({ dataDirectory });
    return { running, visitor: await openPortal(running) };
  };
  const first = await start();
  const before = await first.running.snapshot();
  const create = (visitor: Browser, named: string) =>
    press(visitor, "/portal/tenants", "create", { displayName: named, domain: `${named}.example` });
  await create(first.visitor, "lasting");
  await create(first.visitor, "later");
  const hasTenant = async (running: Platform, named: string) =>
    (await getJson(running, `/${named}.example/v2.0/.well-known/openid-configuration`)).status === 200;
  expect(await hasTenant(first.running, "later")).toBe(true);
  await first.running.restore(before);
  expect(await hasTenant(first.running, "later")).toBe(false);
  await create(await openPortal(first.running), "lasting");
  await first.running.stop();

  const second = await start();
  expect((await second.visitor.get("/portal/tenants")).html).toContain(">lasting</a>");
  expect(await hasTenant(second.running, "lasting")).toBe(true);
  await second.running.reset();
  expect(await hasTenant(second.running, "lasting")).toBe(false);
  await second.running.stop();
  rmSync(dataDirectory, { recursive: true });
});

test("another domain is used in user names, in the portal and in a seed", async () => {
  const added = `shop${count}.example`;
  const user = (local: string) => ({ userPrincipalName: `${local}@${added}`, displayName: "Grace" });
  expect((await press(browser, "/portal/users", "create", user("grace"))).status).toBe(400);
  expect((await send(browser, homePath, "add-domain", { domain: added })).html).toContain(`<code>${added}</code>`);
  expect((await press(browser, "/portal/users", "create", user("grace"))).status).toBe(303);
  await platform.seed({ users: [user("hopper")] });
  expect(platform.directory.findUser(`hopper@${added}`)?.tenantId).toBe(platform.tenant.id);
});

test.each([
  ["save", { displayName: "" }, "displayName", "Display name has 0 characters"],
  ["add-domain", { domain: "shop" }, "domain", "shop is not a domain name. Enter one like"],
  ["add-domain", { domain: "contoso.example" }, "domain", "contoso.example is already a domain of Contoso"],
] as const)("%s refuses %j", async (action, fields, field, why) => {
  const { status, html } = await press(browser, homePath, action, fields);
  expect([status, html]).toEqual([400, expect.stringContaining(why)]);
  expect(html).toMatch(new RegExp(`name="${field}"[^>]* aria-invalid="true"`));
});

test("a tenant without enabled administrators cannot be switched to", async () => {
  const other = await openOther();
  const user = { userPrincipalName: `second@${domain}`, displayName: "Second" };
  await press(other, "/portal/users", "create", user);
  platform.directory.setUserEnabled(`admin@${domain}`, false);
  const { html } = await browser.get(path);
  expect(html).toContain("its portal cannot be opened");
  expect([html.includes("Switch to"), await listed(path)]).toEqual([false, expect.not.stringContaining("Switch to")]);
});

test("an unknown tenant id is not found", async () => {
  const { status, html } = await browser.get(`${homePath.slice(0, -1)}z`);
  expect([status, html]).toEqual([404, expect.stringContaining("The platform has no tenant with this id.")]);
});
