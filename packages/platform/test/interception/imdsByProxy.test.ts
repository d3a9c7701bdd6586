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

interface ProxyResponse {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Sends a plain http request to a proxy as clients do, with the absolute URL. */
function requestThroughProxy(
  target: string,
  headers: Record<string, string> = { Metadata: "true" },
): Promise<ProxyResponse> {
  const { hostname, port } = proxyOf(platform);
  const host = URL.parse(target)?.host ?? "169.254.169.254";
  return send({ hostname, port, path: target, headers: { host, ...headers }, agent: false });
}

function send(options: Parameters<typeof request>[1]): Promise<ProxyResponse> {
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

test("the proxy does not forward 169.254.169.254 before IMDS is opened", async () => {
  expect(await requestThroughProxy(address)).toMatchObject({
    status: 502,
    body: { text: expect.stringMatching(/does not forward plain http to 169/) },
  });
});

test("the proxy forwards 169.254.169.254 to IMDS once it is opened", async () => {
  await platform.managedIdentity("imds");
  expect(await requestThroughProxy(address)).toMatchObject({ status: 200, body: { client_id: clientId } });
  expect(platform.events.at(-1)).toMatchObject({ type: "token", path: "/metadata/identity/oauth2/token", status: 200 });
});

test("the proxy also opens a tunnel to it, for clients that use one", async () => {
  await platform.managedIdentity("imds");
  const { status, socket } = await connectThrough(platform, "169.254.169.254:80");
  expect(status).toBe(200);
  const headers = { Metadata: "true", host: "169.254.169.254" };
  const response = await send({ createConnection: () => socket, path, headers });
  expect(response).toMatchObject({ status: 200, body: { client_id: clientId } });
});

test("IMDS requires its header through the proxy as well, and serves only tokens", async () => {
  await platform.managedIdentity("imds");
  expect((await requestThroughProxy(address, {})).status).toBe(400);
  expect((await requestThroughProxy("http://169.254.169.254/metadata/instance?api-version=2021-02-01")).status).toBe(
    404,
  );
});

test("the proxy forwards to the IMDS that was opened last", async () => {
  const user = platform.directory.registerManagedIdentity({
    displayName: "a",
    assignment: "user",
    resourceId: "/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a",
  });
  await platform.managedIdentity("imds");
  await platform.managedIdentity("imds", { identity: user.clientId });
  expect((await requestThroughProxy(address)).body["client_id"]).toBe(user.clientId);
  await platform.managedIdentity("imds");
  expect((await requestThroughProxy(address)).body["client_id"]).toBe(clientId);
});

test.each(["http://example.com/", "http://169.254.169.254:8080/", "http://login.microsoftonline.com/"])(
  "the proxy still refuses %s, and says what it forwards",
  async (target) => {
    await platform.managedIdentity("imds");
    const body = { text: expect.stringMatching(/does not forward .*; it forwards only 169\.254\.169\.254/) };
    expect(await requestThroughProxy(target)).toMatchObject({ status: 502, body });
  },
);

test("a page that reaches the proxy or IMDS by DNS rebinding gets no token", async () => {
  const { AZURE_POD_IDENTITY_AUTHORITY_HOST: url = "" } = await platform.managedIdentity("imds");
  const headers = { Metadata: "true", host: "evil.example" };
  const { hostname, port } = new URL(url);
  const statuses = [
    (await requestThroughProxy(path, headers)).status,
    (await send({ hostname, port, path, headers })).status,
    (await send({ hostname, port, path: `http://evil.example${path}`, headers: { Metadata: "true" } })).status,
  ];
  expect(statuses).toEqual([421, 421, 421]);
});

test("plain http goes to the proxy only for IMDS, and only in interception mode", async () => {
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
