import { createPrivateKey, randomUUID, X509Certificate } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createSelfSignedCertificate, type FaultRule, type Platform, startPlatform } from "@latchkey/platform";
import { CompactSign } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Read, readAnswer } from "./clients/dotnet/readAnswer.ts";

/**
 * A request of a client that cannot be run here, in the words of its source. Names in braces are filled in; the form's
 * `{assertion}` is a signature over the assertion.
 */
interface Golden {
  readonly library: string;
  readonly sources: readonly string[];
  readonly fault?: FaultRule;
  readonly request: {
    readonly method: "POST";
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Readonly<Record<string, string>>;
    readonly assertion?: { readonly header: Header; readonly claims: Readonly<Record<string, string>> };
  };
  /** What the client makes of the answer. */
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
let privateKey: string;
let values: Record<string, string>;

beforeAll(async () => {
  platform = await startPlatform({ mode: "interception" });
  const { directory, tenant } = platform;
  const { appId } = directory.registerApplication({
    displayName: "daemon in .NET",
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
  });
  directory.grantAdminConsent(appId);
  const made = createSelfSignedCertificate({ commonName: "daemon", days: 30 });
  directory.addCertificate(appId, made.certificate);
  privateKey = made.privateKey;
  const certificate = new X509Certificate(made.certificate);
  const other = new X509Certificate(createSelfSignedCertificate({ commonName: "other", days: 30 }).certificate);
  values = {
    clientId: appId,
    tenantId: tenant.id,
    secret: directory.addPassword(appId).secretText,
    tokenEndpoint: `https://login.microsoftonline.com/${tenant.id}/oauth2/v2.0/token`,
    thumbprintSha1: base64url(certificate.fingerprint),
    thumbprintSha256: base64url(certificate.fingerprint256),
    otherThumbprintSha256: base64url(other.fingerprint256),
    leaf: certificate.raw.toString("base64"),
    unknownId: "99999999-9999-4999-8999-999999999999",
  };
});
afterAll(() => platform?.stop());

beforeEach(() => {
  const now = Math.floor(platform.clock.now() / 1000);
  const correlationId = randomUUID();
  Object.assign(values, { correlationId, uuid: randomUUID(), now: String(now), inTenMinutes: String(now + 600) });
  platform.faults.clear();
});

function base64url(fingerprint: string): string {
  return Buffer.from(fingerprint.replaceAll(":", ""), "hex").toString("base64url");
}

/** A value with everything in braces filled in, wherever it stands. */
function filled<Value>(value: Value): Value {
  const json = JSON.stringify(value).replace(/\{([a-zA-Z0-9]+)\}/g, (whole, name: string) => values[name] ?? whole);
  return JSON.parse(json) as Value;
}

async function send({ method, path, headers, body, assertion }: Golden["request"]): Promise<Response> {
  const form = new URLSearchParams(body);
  if (assertion !== undefined) {
    const signer = new CompactSign(Buffer.from(JSON.stringify(assertion.claims)));
    const signed = await signer.setProtectedHeader(assertion.header).sign(createPrivateKey(privateKey));
    form.set("client_assertion", signed);
  }
  return platform.fetch(new Request(`${platform.url}${path}`, { method, headers, body: form.toString() }));
}

describe("MSAL .NET, by its golden requests", () => {
  it.each(goldens)("reads the answer to $name as the real service's", async ({ golden }) => {
    if (golden.fault) platform.faults.add(golden.fault);
    const request = filled(golden.request);
    const read = await readAnswer(await send(request), {
      clientId: values["clientId"] ?? "",
      tenantId: values["tenantId"] ?? "",
      scope: request.body["scope"] ?? "",
      environment: await preferredCache(),
    });
    expect(read).toEqual(filled(golden.read));
  });

  it("are there, each with the places it is from", () => {
    expect(goldens.length).toBeGreaterThan(0);
    expect(goldens.filter(({ golden }) => !golden.library || golden.sources.length === 0)).toEqual([]);
  });
});

/** The name that MSAL .NET keeps this authority's tokens under. */
async function preferredCache(): Promise<string> {
  const url = new URL("/common/discovery/instance", platform.url);
  url.searchParams.set("api-version", "1.1");
  const { tokenEndpoint = "" } = values;
  url.searchParams.set("authorization_endpoint", tokenEndpoint.replace(/token$/, "authorize"));
  const answer = await platform.fetch(new Request(url));
  const { metadata } = (await answer.json()) as { metadata: { aliases: string[]; preferred_cache: string }[] };
  const host = new URL(tokenEndpoint).host;
  return metadata.find(({ aliases }) => aliases.includes(host))?.preferred_cache ?? host;
}
