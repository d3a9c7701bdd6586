import { inspect } from "node:util";
import {
  AuthError,
  ConfidentialClientApplication,
  clientAssertion,
  clientSecret,
  type Fetch,
  type Logger,
  PublicClientApplication,
  protectedApi,
} from "@latchkey/client";
import fc from "fast-check";
import { clientId, entra, graph } from "../../packages/client/test/support/daemon.ts";
import { manualClock } from "../../packages/client/test/support/manualClock.ts";
import { scriptedService, token } from "../../packages/client/test/support/scriptedService.ts";
import type { FuzzTarget } from "../target.ts";

const canary = "c4Nary";
const scopes = ["User.Read"];
const redirectUri = "https://app.test/back";

const wellFormed = (text: string): string => new TextDecoder().decode(new TextEncoder().encode(text));

/** What surrounds the canary in a secret value: shapes that are difficult for escapes, patterns and limits. */
const filler = fc
  .tuple(
    fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
      fc.constantFrom(
        "-",
        "\\",
        "%",
        "%25",
        "%41",
        "+",
        " ",
        "&amp;",
        "&#92;n",
        '"',
        "\\u0041",
        "[(*+",
        "eyJ",
        "code=",
        "ü",
        "😀",
      ),
    ),
    fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(1, 3, 40, 400) },
      { weight: 1, arbitrary: fc.constantFrom(4_200, 200_000) },
    ),
  )
  .map(([unit, length]) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length));
const value = fc.tuple(filler, filler).map(([before, after]) => `${canary}/:x${before}"${canary}&${after}%${canary}`);
/** For credentials whose format is checked before they are sent. */
const safeValue = fc.tuple(filler, filler).map(([before, after]) => {
  const [first, last] = [before, after].map((part) => encodeURIComponent(wellFormed(part)).replace(/[.]/g, "-"));
  return `${canary}-x-${first}.${canary}${last}.${canary}`;
});

const spell: Readonly<Record<string, (text: string) => string>> = {
  identityReading: (text) => text,
  percent: (text) => encodeURIComponent(wellFormed(text)),
  form: (text) => `${new URLSearchParams({ text })}`.slice(5),
  json: (text) => JSON.stringify(text).slice(1, -1),
  html: (text) => text.replace(/[^\w ]/g, (unit) => `&#${unit.charCodeAt(0)};`),
};
const spelling = fc.array(fc.constantFrom(...Object.keys(spell)), { maxLength: 3 });

const scripted = fc.record({
  spelling,
  status: fc.oneof(fc.constantFrom(400, 403, 503), fc.constantFrom(200, 201, 203, 302, 401, 404, 407, 429, 500)),
  type: fc.oneof(
    fc.constantFrom("text/html", "application/json"),
    fc.constantFrom("text/plain", "application/x-www-form-urlencoded", canary),
  ),
  form: fc.oneof(
    fc.constantFrom("echo", "error"),
    fc.constantFrom("token", "cut token", "token and more", "form token", "device", "headers"),
  ),
  /** Whether what is repeated includes its parameter names, which are masked as such. */
  isNamed: fc.boolean(),
  /** Where the server cuts off what it repeats. */
  cut: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(5_000)),
});
type ScriptedResponse = typeof scripted extends fc.Arbitrary<infer T> ? T : never;

/** A service that repeats what it was sent, and sends tokens in responses that cannot be read. */
function answering({ spelling: names, status, type, form, isNamed, cut }: ScriptedResponse, secret: string): Fetch {
  return scriptedService(({ form: sent, headers, url }) => {
    const values = [...sent.values(), ...url.searchParams.values(), ...Object.values(headers)];
    const whole = names.reduce((text, name) => spell[name]?.(text) ?? text, isNamed ? `${sent}` : values.join(" | "));
    const begun = whole.slice(0, cut);
    const last = begun.lastIndexOf(canary);
    // Fewer than eight characters of a value are not recognised as part of it.
    const repeated = begun.length < whole.length && begun.length - last < 100 ? begun.slice(0, last) : begun;
    const tokens = {
      token_type: "Bearer",
      expires_in: 3599,
      access_token: secret,
      refresh_token: secret,
      id_token: secret,
      device_code: secret,
    };
    const json = JSON.stringify(tokens);
    const words = {
      error: repeated,
      error_description: repeated,
      suberror: repeated,
      correlation_id: repeated,
      trace_id: repeated,
      claims: repeated,
    };
    const bodies: Readonly<Record<string, object | string>> = {
      error: { ...words, ...tokens },
      token: status === 200 ? json.slice(0, -1) : json,
      "cut token": json.slice(0, -1 - Math.min(cut, 50)),
      "token and more": `${json}${repeated}`,
      "form token": `${new URLSearchParams(Object.entries(tokens).map(([name, field]): [string, string] => [name, String(field)]))}`,
      device: { ...tokens, user_code: secret, error_description: repeated },
    };
    const more: Record<string, string> =
      form === "headers"
        ? { "request-id": encodeURI(wellFormed(repeated.slice(0, 200))), location: "https://x.test/" }
        : {};
    return {
      status,
      headers: { "content-type": type === canary ? `x/y; access_token=${canary}` : type, ...more },
      body: bodies[form] ?? repeated,
    };
  }).fetch;
}

interface Observed {
  readonly fetch: Fetch;
  readonly logger: Logger;
}

type Flow = (given: Observed & { readonly secret: string }) => Promise<unknown>;
type Confidential = (app: ConfidentialClientApplication, secret: string) => Promise<unknown>;

function applicationOptions(observed: Observed) {
  return { ...observed, clientId, authority: entra, clock: manualClock(), maxRetries: 0 };
}

function confidential(
  work: Confidential,
  credential = (_: string) => clientSecret("the secret of the application"),
): Flow {
  return ({ secret, fetch, logger }) => {
    const options = { ...applicationOptions({ fetch, logger }), throttling: false };
    return work(new ConfidentialClientApplication({ ...options, clientCredential: credential(secret) }), secret);
  };
}
const daemon: Confidential = (app) => app.acquireTokenForClient({ scopes: [graph] });

const flows: Readonly<Record<string, Flow>> = {
  secret: confidential(daemon, (secret) => clientSecret(async () => secret)),
  basic: confidential(daemon, (secret) => clientSecret(async () => secret, { method: "client_secret_basic" })),
  code: confidential((app, code) =>
    app.acquireTokenByAuthorizationCode({ code, redirectUri, scopes, codeVerifier: code }),
  ),
  refreshToken: confidential((app, refreshToken) => app.acquireTokenByRefreshToken({ refreshToken, scopes })),
  password: confidential((app, password) =>
    app.acquireTokenByUsernamePassword({ scopes, username: "grace", password }),
  ),
  otherGrant: confidential((app, subject) =>
    app.acquireTokenByGrant({ grantType: "urn:x", parameters: { subject_token: subject } }),
  ),
  extraParameter: confidential((app, more) =>
    app.acquireTokenForClient({ scopes: [graph], extraBodyParameters: { more }, extraQueryParameters: { more } }),
  ),
  callback: confidential(async (app, code) => {
    const request = await app.getAuthorizationUrl({ scopes, redirectUri, state: "s" });
    const response = new URLSearchParams({
      code,
      error: `x ${code}`,
      error_description: `${code} code=${code}`,
      state: "s",
    });
    return app.acquireTokenByAuthorizationCode({ request, response });
  }),
  deviceCode: ({ fetch, logger }) =>
    new PublicClientApplication(applicationOptions({ fetch, logger })).acquireTokenByDeviceCode({
      scopes,
      deviceCodeCallback: () => {},
      timeoutMs: 0,
    }),
};

/** Only those that a header or a JWT can contain. */
const safeFlows: Readonly<Record<string, Flow>> = {
  assertion: confidential(daemon, (secret) => clientAssertion(async () => secret)),
  onBehalfOf: confidential((app, oboAssertion) => app.acquireTokenOnBehalfOf({ scopes, oboAssertion })),
  header: confidential((app, secret) =>
    app.acquireTokenForClient({ scopes: [graph], extraHeaders: { "x-key": secret } }),
  ),
  background: async ({ secret, fetch, logger }) => {
    const works: Promise<unknown>[] = [];
    const clock = manualClock();
    const first = scriptedService(() => token(1, { refresh_in: 1_800 })).fetch;
    let isFirst = true;
    const app = new ConfidentialClientApplication({
      clientId,
      authority: entra,
      clientCredential: clientAssertion(async () => secret),
      fetch: (url, init) => (isFirst ? first : fetch)(url, init),
      clock,
      logger,
      maxRetries: 0,
      waitUntil: (work) => void works.push(work),
    });
    await daemon(app, secret);
    isFirst = false;
    clock.advance(2_000_000);
    await daemon(app, secret);
    await Promise.all(works);
  },
  protectedApi: ({ secret, fetch, logger }) => {
    const service = scriptedService(() => token(1, { access_token: secret }));
    const options = { clientId, authority: entra, fetch: service.fetch, logger, clock: manualClock() };
    const app = new ConfidentialClientApplication({ ...options, clientCredential: clientSecret("the secret") });
    const call: typeof globalThis.fetch = async (url, init) => {
      const sent = Object.fromEntries(new Headers(init?.headers));
      const { status, headers, text } = await fetch(String(url), {
        headers: sent,
        redirect: "manual",
        signal: AbortSignal.any([]),
      });
      return new Response(await text(), { status, headers: { "request-id": headers.get("request-id") ?? "" } });
    };
    const api = protectedApi(app, { baseUrl: "https://api.test/", scopes: [graph], fetch: call, maxRetries: 0 });
    return api.json("x", { headers: { "x-key": secret } });
  },
};

const attempts = fc.oneof(
  fc.tuple(fc.constantFrom(...Object.keys(flows)), value, scripted),
  fc.tuple(fc.constantFrom(...Object.keys(safeFlows)), safeValue, scripted),
);

/** Whatever a service returns, no error or log shows a secret from the request or the response. */
export const tokenResponses: FuzzTarget = {
  name: "token responses",
  property: fc.asyncProperty(attempts, async ([name, secret, answer]) => {
    const flow = { ...flows, ...safeFlows }[name];
    const shown: unknown[] = [];
    const log = (fields: object, message: string): void => void shown.push({ ...fields, message });
    const logger: Logger = { debug: log, info: log, warn: log, error: log };
    const outcome = await flow?.({ secret, fetch: answering(answer, secret), logger }).catch(
      (reason: unknown) => reason,
    );
    if (outcome instanceof Error) {
      if (!(outcome instanceof AuthError)) {
        throw new Error("The failure is not an AuthError.", { cause: outcome });
      }
      shown.push(outcome, outcome.toJSON(), { ...outcome }, String(outcome), outcome.stack, outcome.cause);
    }
    const texts = shown.map(
      (one) => inspect(one, { depth: 20, showHidden: true, maxStringLength: null }) + (JSON.stringify(one) ?? ""),
    );
    const leak = texts.find((text) => text.includes(canary));
    if (leak !== undefined) {
      throw new Error(`A secret value is shown: ${leak.slice(0, 2_000)}`);
    }
  }),
};
