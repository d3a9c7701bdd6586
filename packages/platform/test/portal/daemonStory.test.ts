import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Browser, openBrowser, type Visited } from "../support/browser.ts";
import { makeCertificate } from "../support/certificate.ts";
import { graphScope, postForm, type TokenResponse, tokenPath } from "../support/daemon.ts";
import { appIdIn, openPortal, press, register, send } from "../support/portal.ts";

const graphAppId = "00000003-0000-0000-c000-000000000000";
const dayMs = 86_400_000;

let folder: string;
let platform: Platform;
let browser: Browser;
let path: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-portal-"));
  platform = await startPlatform({ dataDirectory: folder });
  browser = await openPortal(platform);
});
afterAll(async () => {
  await platform.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  path = await register(browser, "Nightly report");
});

async function addSecret(): Promise<{ secret: string; page: Visited }> {
  const page = await send(browser, `${path}/credentials`, "add-secret", { description: "laptop", days: "180" });
  return { secret: /<code id="secret">([^<]+)</.exec(page.html)?.[1] ?? "", page };
}

function getToken(client_secret: string): Promise<TokenResponse> {
  const form = { grant_type: "client_credentials", client_id: appIdIn(path), client_secret, scope: graphScope };
  return postForm(platform, tokenPath(platform), form);
}

function rolesIn({ body }: TokenResponse): unknown {
  return JSON.parse(Buffer.from(body.access_token.split(".")[1], "base64url").toString()).roles;
}

function upload(file: BlobPart): Promise<Visited> {
  const form = new FormData();
  form.set("token", browser.token);
  form.set("action", "add-certificate");
  form.set("certificate", new Blob([file]), "daemon.crt");
  return browser.post(`${path}/credentials`, form);
}

test("registers an application under the entered name", async () => {
  const { html } = await browser.get(path);
  expect(html).toContain("<h1>Nightly report</h1>");
  expect((await browser.get("/portal/applications")).html).toContain(appIdIn(path));
});

test.each([
  [{ name: "", audience: "AzureADMyOrg" }, "Enter a name of at most 120 characters"],
  [{ name: "x".repeat(121), audience: "AzureADMyOrg" }, "at most 120"],
  [{ name: "A", audience: "everybody" }, "Choose who may use the application"],
  [{ name: "A", audience: "AzureADMyOrg", redirect: "http://app.example/" }, "must use https"],
])("explains why it does not register %j", async (fields, why) => {
  const { status, html } = await press(browser, "/portal/applications", "register", fields);
  expect([status, html]).toEqual([400, expect.stringContaining(why)]);
});

test("renames, disables, enables and deletes", async () => {
  const { secret } = await addSecret();
  await press(browser, path, "rename", { name: "Daily report" });
  expect((await browser.get(path)).html).toContain("<h1>Daily report</h1>");
  await press(browser, path, "disable");
  expect((await getToken(secret)).body.error_codes).toEqual([7000112]);
  await press(browser, path, "enable");
  expect((await getToken(secret)).status).toBe(200);
  await press(browser, path, "delete");
  expect((await browser.get(path)).status).toBe(404);
  expect((await getToken(secret)).body.error_codes).toEqual([700016]);
});

test("a new secret works, for the chosen lifetime", async () => {
  const { secret } = await addSecret();
  expect((await getToken(secret)).status).toBe(200);
  const end = new Date(platform.clock.now() + 180 * dayMs).toISOString().slice(0, 10);
  expect((await browser.get(`${path}/credentials`)).html).toContain(`until ${end}`);
});

test("a secret is shown with parameters.json on the next page only", async () => {
  const { secret, page } = await addSecret();
  expect(secret).toMatch(/^loc8L~.{34}$/);
  expect(page.status).toBe(200);
  expect(page.headers.get("cache-control")).toBe("no-store");
  const shown = /<pre id="parameters">([^<]+)</.exec(page.html)?.[1] ?? "";
  expect(JSON.parse(shown.replaceAll("&quot;", '"'))).toEqual({
    authority: `${platform.url}/${platform.tenant.id}`,
    client_id: appIdIn(path),
    scope: [graphScope],
    secret,
    endpoint: `${platform.url}/v1.0/users`,
  });
  expect(page.html.match(/(href|action|src)="[^"]*"/g)?.join(" ")).not.toContain(secret);
  for (const later of [path, `${path}/credentials`, `${path}/permissions`, "/portal/applications"]) {
    const { html } = await browser.get(later);
    expect([html.includes(secret), html.includes("parameters.json")]).toEqual([false, false]);
  }
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
  expect(files.join("\n")).toContain(appIdIn(path));
  expect([...files, inspect(platform.events, { depth: 10, maxArrayLength: null })].join("\n")).not.toContain(secret);
});

test("reloading the page of a new secret adds no secret and no longer shows it", async () => {
  const outcome = await press(browser, `${path}/credentials`, "add-secret", { days: "180" });
  expect([outcome.status, outcome.location, outcome.html]).toEqual([303, `${path}/credentials`, ""]);
  expect((await browser.get(`${path}/credentials`)).html).toContain('id="secret"');
  const { html } = await browser.get(`${path}/credentials`);
  expect([html.includes('id="secret"'), html.match(/Remove secret/g)?.length]).toEqual([false, 1]);
});

test("a new secret is shown only in its own session, on its own application's page", async () => {
  const [other, otherPath] = [await openPortal(platform), await register(browser, "Other")];
  await press(browser, `${path}/credentials`, "add-secret", { days: "180" });
  expect((await other.get(`${path}/credentials`)).html).not.toContain('id="secret"');
  expect((await browser.get(`${otherPath}/credentials`)).html).not.toContain('id="secret"');
  expect((await press(browser, `${path}/credentials`, "add-secret", { days: "1" })).html).not.toContain('id="secret"');
  expect((await browser.get(`${path}/credentials`)).html).toContain('id="secret"');
});

test("a new secret that is not shown within a minute is dropped", async () => {
  await press(browser, `${path}/credentials`, "add-secret", { days: "180" });
  platform.clock.advance(60_000);
  expect((await browser.get(`${path}/credentials`)).html).not.toContain('id="secret"');
});

test("reloading a quick start's page registers nothing, keeps the code and no longer shows the secret", async () => {
  const outcome = await press(browser, "/portal/quickstarts/daemon", "create", { name: "Quick" });
  expect([outcome.status, outcome.html]).toEqual([303, ""]);
  expect((await browser.get(outcome.location ?? "")).html).toContain('id="secret"');
  const { html } = await browser.get(outcome.location ?? "");
  expect([html.includes('id="secret"'), html.includes('data-file="daemon.mjs"')]).toEqual([false, true]);
  expect((await browser.get("/portal/applications")).html.match(/>Quick</g)).toHaveLength(1);
});

test("another secret of a quick start is shown once, with everything its code reads", async () => {
  const redirect = "http://localhost:3000/signed-in";
  const { location } = await press(browser, "/portal/quickstarts/webApp", "create", { name: "Site", redirect });
  const first = /<code id="secret">([^<]+)</.exec((await browser.get(location ?? "")).html)?.[1];
  const { html } = await send(browser, location ?? "", "add-secret");
  const secret = /<code id="secret">([^<]+)</.exec(html)?.[1];
  const shown = /<pre id="parameters">([^<]+)</.exec(html)?.[1] ?? "";
  expect(JSON.parse(shown.replaceAll("&quot;", '"'))).toEqual({
    authority: `${platform.url}/${platform.tenant.id}`,
    client_id: /application=(.+)/.exec(location ?? "")?.[1],
    scope: ["User.Read"],
    secret,
    redirect_uri: redirect,
    endpoint: `${platform.url}/v1.0/me`,
  });
  expect(secret).not.toBe(first);
  expect((await browser.get(location ?? "")).html).not.toContain('id="secret"');
});

test("no secret is added to an unknown application, or by a quick start without secrets", async () => {
  const page = "/portal/quickstarts/webApp?application=00000000-0000-0000-0000-000000000000";
  const { status, html } = await press(browser, page, "add-secret");
  expect([status, html]).toEqual([400, expect.stringContaining("no longer exists")]);
  const device = `/portal/quickstarts/device?application=${appIdIn(path)}`;
  expect((await press(browser, device, "add-secret")).html).toContain("the action of the form is unknown");
});

test("the quick start of an API registers its scope and role, and a client that may call it without consent", async () => {
  const { location } = await press(browser, "/portal/quickstarts/webApi", "create", { name: "Orders" });
  const api = /application=(.+)/.exec(location ?? "")?.[1] ?? "";
  const { html } = await browser.get(`/portal/applications/${api}/api`);
  for (const offered of [`api://${api}`, "Profile.Read", "Orders.Read.All"]) {
    expect(html).toContain(offered);
  }
  const client = /its client as <a href="([^"]+)"/.exec((await browser.get(location ?? "")).html)?.[1] ?? "";
  expect((await browser.get(client)).html).toContain("<h1>Orders: client</h1>");
  expect((await browser.get(`${client}/permissions`)).html).toContain("Profile.Read");
});

test("a removed secret no longer works, and cannot be removed twice", async () => {
  const { secret } = await addSecret();
  const { html } = await browser.get(`${path}/credentials`);
  const key = /name="key" value="([^"]+)"/.exec(html)?.[1] ?? "";
  expect((await press(browser, `${path}/credentials`, "remove-secret", { key })).status).toBe(303);
  expect((await getToken(secret)).body.error_codes).toEqual([7000215]);
  expect((await press(browser, `${path}/credentials`, "remove-secret", { key })).status).toBe(400);
});

test("a secret of another application cannot be removed here", async () => {
  const { secret } = await addSecret();
  const key = /name="key" value="([^"]+)"/.exec((await browser.get(`${path}/credentials`)).html)?.[1] ?? "";
  const other = await register(browser, "Other");
  expect((await press(browser, `${other}/credentials`, "remove-secret", { key })).status).toBe(400);
  expect((await getToken(secret)).status).toBe(200);
});

test.each(["pem", "der"])("an uploaded %s certificate is listed with thumbprint and dates", async (form) => {
  const certificate = makeCertificate(Date.UTC(2026, 0, 2), Date.UTC(2036, 2, 4));
  const der = Buffer.from(certificate.pem.replace(/-----.*-----|\s/g, ""), "base64");
  expect((await upload(form === "pem" ? certificate.pem : der)).status).toBe(303);
  const { html } = await browser.get(`${path}/credentials`);
  expect(html).toContain(Buffer.from(certificate.sha1, "base64url").toString("hex").toUpperCase());
  expect(html).toContain(Buffer.from(certificate.sha256, "base64url").toString("hex").toUpperCase());
  expect(html).toContain("Valid from 2026-01-02");
  expect(html).toContain("until 2036-03-04");
  expect((await upload(certificate.pem)).html).toContain("already");
});

test("a private key is refused and not stored", async () => {
  const { pem, privateKey } = makeCertificate(Date.UTC(2026, 0, 2), Date.UTC(2036, 2, 4));
  const key = String(privateKey.export({ type: "pkcs8", format: "pem" }));
  for (const file of [key, `${pem}\n${key}`]) {
    const { status, html } = await upload(file);
    expect([status, html]).toEqual([400, expect.stringContaining("contains a private key")]);
    expect(html).not.toContain(key.slice(40, 80));
  }
  expect((await browser.get(`${path}/credentials`)).html).not.toContain("Thumbprint");
});

test.each([
  ["", "Choose a certificate"],
  ["hello", "not an X.509 certificate"],
])("the file %j is refused with the reason", async (file, why) => {
  const { status, html } = await upload(file);
  expect([status, html]).toEqual([400, expect.stringContaining(why)]);
});

test("permissions appear in tokens only after consent", async () => {
  const { secret } = await addSecret();
  const { html } = await browser.get(`${path}/permissions?api=${graphAppId}`);
  const permission = /value="(Role [^"]+)">\s*<label[^>]*><strong>User\.Read\.All</.exec(html)?.[1] ?? "";
  const added = await press(browser, `${path}/permissions`, "add", { api: graphAppId, permission });
  expect(added.location).toBe(`${path}/permissions`);
  expect((await browser.get(`${path}/permissions`)).html).toContain("not granted");
  expect(rolesIn(await getToken(secret))).toBeUndefined();
  expect((await press(browser, `${path}/permissions`, "grant")).status).toBe(303);
  expect((await browser.get(`${path}/permissions`)).html).not.toContain("not granted");
  expect(rolesIn(await getToken(secret))).toEqual(["User.Read.All"]);
  await press(browser, `${path}/permissions`, "remove", { api: graphAppId, permission });
  expect((await browser.get(`${path}/permissions`)).html).toContain("No permissions are declared yet");
});

test("permissions are found by a part of their name, and declared ones are marked", async () => {
  const { html } = await browser.get(`${path}/permissions?api=${graphAppId}`);
  expect(html).toContain("50 of 678 are shown");
  const search = async (text: string) =>
    (await browser.get(`${path}/permissions?${new URLSearchParams({ api: graphAppId, search: text })}`)).html;
  const found = await search("teamsappinstallation.READFORUSER.all");
  const permission = /value="(Role [^"]+)">\s*<label[^>]*><strong>TeamsAppInstallation\.ReadForUser\.All</.exec(
    found,
  )?.[1];
  await press(browser, `${path}/permissions`, "add", { api: graphAppId, permission: permission ?? "" });
  expect(await search("TeamsAppInstallation.ReadForUser.All")).toContain(
    '<strong>TeamsAppInstallation.ReadForUser.All</strong> <span class="badge">declared</span>',
  );
  const none = await search('"><script>');
  expect(none).toContain("No permission of Microsoft Graph contains this text.");
  expect(await search("TeamsAppInstallation.ReadForUsr.All")).toContain(
    "Did you mean TeamsAppInstallation.ReadForUser.All?",
  );
  expect(none).not.toContain('"><script>');
});

test("permissions declared after consent are shown as not granted, beside the granted ones", async () => {
  const { html } = await browser.get(`${path}/permissions?api=${graphAppId}`);
  const add = (name: string): Promise<Visited> => {
    const permission = new RegExp(`value="([^"]+)">\\s*<label[^>]*><strong>${name}<`).exec(html)?.[1] ?? "";
    return press(browser, `${path}/permissions`, "add", { api: graphAppId, permission });
  };
  await add("User\\.Read\\.All");
  await add("User\\.Read");
  await press(browser, `${path}/permissions`, "grant");
  await add("Group\\.Read\\.All");
  await add("Mail\\.Read");
  const rows = (await browser.get(`${path}/permissions`)).html;
  const shown = [...rows.matchAll(/<li><div><strong>([^<]+)<\/strong>\s*<span class="badge (good|bad)">/g)];
  expect(shown.map(([, name, kind]) => [name, kind])).toEqual([
    ["User.Read.All", "good"],
    ["User.Read", "good"],
    ["Group.Read.All", "bad"],
    ["Mail.Read", "bad"],
  ]);
});

test("explains why nothing is added or granted", async () => {
  const page = `${path}/permissions`;
  expect((await press(browser, page, "grant")).html).toContain("declares no permissions");
  expect((await press(browser, page, "add", { api: graphAppId })).html).toContain("Choose at least one");
  expect((await press(browser, page, "add", { api: "none" })).html).toContain("no such API");
});

test("the log records who changed what", () => {
  const { userPrincipalName } = platform.tenant.administrator;
  expect(platform.events.findLast(({ type, status }) => type === "portal" && status === 303)).toMatchObject({
    why: `${userPrincipalName} registered Nightly report`,
    clientId: appIdIn(path),
    tenantId: platform.tenant.id,
  });
});

test("a body that is not a form is refused", async () => {
  const visitor = openBrowser(platform);
  const { status, html } = await visitor.post(path, {}, { "content-type": "application/json" });
  expect([status, html]).toEqual([400, expect.stringContaining("not a form")]);
});
