import { createPrivateKey } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { type FaultRule, type Platform, startPlatform } from "@latchkey/platform";
import { CompactSign } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Read, readResponse } from "./clients/dotnet/readResponse.ts";
import { createValues, type Values } from "./clients/dotnet/values.ts";

/**
 * A request of a client that cannot run here, as in its source. Names in braces are filled in; the form's `{assertion}`
 * is a signature over the assertion.
 */
interface Golden {
  readonly library: string;
  readonly sources: readonly string[];
  readonly fault?: FaultRule;
  readonly request: {
    readonly method: "GET" | "POST";
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Readonly<Record<string, string>>;
    readonly assertion?: { readonly header: Header; readonly claims: Readonly<Record<string, string>> };
  };
  /** The client's interpretation of the response. */
  readonly read: Read;
}

type Header = Readonly<Record<string, unknown>> & { readonly alg: string };

const folder = new URL("./clients/dotnet/", import.meta.url);
const goldens = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => ({
    name: name.replace(/\.json$/, ""),
    golden: JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Golden,
  }));

let platform: Platform;
let values: Values;
/** The values for the names in braces in the current test. */
let given: Map<string, string>;

beforeAll(async () => {
  platform = await startPlatform({ mode: "interception" });
  values = createValues(platform);
});
afterAll(() => platform?.stop());

beforeEach(() => {
  given = new Map();
  platform.faults.clear();
});

/** Returns a value with everything in braces filled in, at any depth. */
async function filled<Value>(value: Value): Promise<Value> {
  const braces = /\{([a-zA-Z0-9]+)\}/g;
  const json = JSON.stringify(value);
  for (const [, name = ""] of json.matchAll(braces)) {
    const make = given.has(name) ? undefined : values.makers[name];
    if (make !== undefined) {
      given.set(name, await make());
    }
  }
  return JSON.parse(json.replace(braces, (whole, name: string) => given.get(name) ?? whole)) as Value;
}

async function send({ method, path, headers, body, assertion }: Golden["request"]): Promise<Response> {
  const form = new URLSearchParams(body);
  if (assertion !== undefined) {
    const signer = new CompactSign(Buffer.from(JSON.stringify(assertion.claims)));
    const signed = await signer.setProtectedHeader(assertion.header).sign(createPrivateKey(values.privateKey));
    form.set("client_assertion", signed);
  }
  const content = method === "GET" ? {} : { body: form.toString() };
  return platform.fetch(new Request(`${platform.url}${path}`, { method, headers, ...content }));
}

describe("MSAL .NET, by its golden requests", () => {
  test.each(goldens)("accepts the response to $name as the real service's", async ({ golden }) => {
    const request = await filled(golden.request);
    const tokenRequest = {
      body: request.body ?? {},
      tenantId: await filled("{tenantId}"),
      environment: await preferredCache(),
    };
    if (golden.fault) {
      platform.faults.add(golden.fault);
    }
    expect(await readResponse(await send(request), tokenRequest)).toEqual(await filled(golden.read));
  });

  test("exist, each with its sources", () => {
    expect(goldens.length).toBeGreaterThan(0);
    expect(goldens.filter(({ golden }) => !golden.library || golden.sources.length === 0)).toEqual([]);
  });
});

/** The name under which MSAL .NET stores this authority's tokens. */
async function preferredCache(): Promise<string> {
  const url = new URL("/common/discovery/instance", platform.url);
  url.searchParams.set("api-version", "1.1");
  const tokenEndpoint = await filled("{tokenEndpoint}");
  url.searchParams.set("authorization_endpoint", tokenEndpoint.replace(/token$/, "authorize"));
  const response = await platform.fetch(new Request(url));
  const { metadata } = (await response.json()) as { metadata: { aliases: string[]; preferred_cache: string }[] };
  const host = new URL(tokenEndpoint).host;
  return metadata.find(({ aliases }) => aliases.includes(host))?.preferred_cache ?? host;
}
