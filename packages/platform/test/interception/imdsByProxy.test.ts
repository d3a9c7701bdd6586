import { request } from "node:http";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectThrough, proxyOf } from "../support/throughProxy.ts";

const query = "api-version=2018-02-01&resource=https%3A%2F%2Fgraph.microsoft.com";
const path = `/metadata/identity/oauth2/token?${query}`;
const address = `http://169.254.169.254${path}`;

let platform: Platform;
let clientId: string;
beforeEach(async () => {
  platform = await startPlatform({ mode: "interception" });
  ({ clientId } = platform.directory.registerManagedIdentity({
    displayName: "vm",
    assignment: "system",
    resourceId: "/subscriptions/s/resourcegroups/g/providers/Microsoft.Compute/virtualMachines/vm",
  }));
});
afterEach(() => platform.stop());

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** As a client asks a proxy for plain http: with the whole address. */
function ask(target: string, headers: Record<string, string> = { Metadata: "true" }): Promise<Answer> {
  const { hostname, port } = proxyOf(platform);
  const host = URL.parse(target)?.host ?? "169.254.169.254";
  return answerTo({ hostname, port, path: target, headers: { host, ...headers }, agent: false });
}

function answerTo(options: Parameters<typeof request>[1]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(options, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      const isJson = response.headers["content-type"]?.includes("json") ?? false;
      resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : { text } });
    })
      .on("error", reject)
      .end();
  });
}

test("the proxy knows no 169.254.169.254 before IMDS is opened", async () => {
  expect(await ask(address)).toMatchObject({ status: 502, body: { text: expect.stringMatching(/for no host, and/) } });
});

test("the proxy leads 169.254.169.254 to IMDS once that is opened", async () => {
  await platform.managedIdentity("imds");
  expect(await ask(address)).toMatchObject({ status: 200, body: { client_id: clientId } });
  expect(platform.events.at(-1)).toMatchObject({ type: "token", path: "/metadata/identity/oauth2/token", status: 200 });
});

test("the proxy makes a tunnel to it, too, for clients that ask for one", async () => {
  await platform.managedIdentity("imds");
  const { status, socket } = await connectThrough(platform, "169.254.169.254:80");
  expect(status).toBe(200);
  const headers = { Metadata: "true", host: "169.254.169.254" };
  const answer = await answerTo({ createConnection: () => socket, path, headers });
  expect(answer).toMatchObject({ status: 200, body: { client_id: clientId } });
});

test("IMDS asks for its header by the proxy as well, and has nothing but tokens", async () => {
  await platform.managedIdentity("imds");
  expect((await ask(address, {})).status).toBe(400);
  expect((await ask("http://169.254.169.254/metadata/instance?api-version=2021-02-01")).status).toBe(404);
});

test("the IMDS that was asked for last answers", async () => {
  const user = platform.directory.registerManagedIdentity({
    displayName: "a",
    assignment: "user",
    resourceId: "/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a",
  });
  await platform.managedIdentity("imds");
  await platform.managedIdentity("imds", { identity: user.clientId });
  expect((await ask(address)).body["client_id"]).toBe(user.clientId);
  await platform.managedIdentity("imds");
  expect((await ask(address)).body["client_id"]).toBe(clientId);
});

test.each(["http://example.com/", "http://169.254.169.254:8080/", "http://login.microsoftonline.com/"])(
  "the proxy still refuses %s, and says what it takes",
  async (target) => {
    await platform.managedIdentity("imds");
    const body = { text: expect.stringMatching(/plain http for 169\.254\.169\.254, and so not for/) };
    expect(await ask(target)).toMatchObject({ status: 502, body });
  },
);

test("a page that was led to the proxy or to IMDS by DNS rebinding gets no token", async () => {
  const { AZURE_POD_IDENTITY_AUTHORITY_HOST: url = "" } = await platform.managedIdentity("imds");
  const headers = { Metadata: "true", host: "evil.example" };
  const { hostname, port } = new URL(url);
  const statuses = [
    (await ask(path, headers)).status,
    (await answerTo({ hostname, port, path, headers })).status,
    (await answerTo({ hostname, port, path: `http://evil.example${path}`, headers: { Metadata: "true" } })).status,
  ];
  expect(statuses).toEqual([421, 421, 421]);
});

test("plain http is led to the proxy on IMDS only, and under Microsoft's names only", async () => {
  const { HTTPS_PROXY: proxy } = platform.environment;
  expect(await platform.managedIdentity("imds")).toMatchObject({ HTTP_PROXY: proxy, http_proxy: proxy });
  expect(await platform.managedIdentity("appService")).not.toHaveProperty("HTTP_PROXY");
  const ownHost = await startPlatform();
  try {
    ownHost.directory.registerManagedIdentity({
      displayName: "vm",
      assignment: "system",
      resourceId: "/subscriptions/s",
    });
    expect(await ownHost.managedIdentity("imds")).not.toHaveProperty("HTTP_PROXY");
  } finally {
    await ownHost.stop();
  }
});
