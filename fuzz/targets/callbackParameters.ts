import { inspect } from "node:util";
import { AuthError, type AuthorizationResponse } from "@latchkey/client";
import fc from "fast-check";
import { makeDaemon } from "../../packages/client/test/support/daemon.ts";
import { token } from "../../packages/client/test/support/scriptedService.ts";
import type { FuzzTarget } from "../target.ts";

const state = "the-state-of-this-sign-in";
const names = ["code", "state", "error", "error_description", "error_subcode", "iss", "client_info", "claims", "x"];
const values = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(state, "-".repeat(4_200), "\\".repeat(38), "access_denied", "AADSTS65004: no", "[](){}*+?^$|"),
  fc.string({ minLength: 1, maxLength: 8 }).map((part) => part.repeat(1_000)),
);
const pairs = fc.array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 8 });
const encoded = fc
  .tuple(fc.constantFrom("", "?", "#", "/back?", "https://app.test/back?", "https://app.test/back#", "//"), pairs)
  .map(([before, fields]) => `${before}${new URLSearchParams(fields)}`);

const responses: fc.Arbitrary<AuthorizationResponse | Promise<AuthorizationResponse>> = fc.oneof(
  encoded,
  fc.string({ unit: "binary" }),
  pairs.map((fields) => new URLSearchParams(fields)),
  pairs.map((fields) => new URL(`https://app.test/back?${new URLSearchParams(fields)}`)),
  fc.dictionary(fc.constantFrom(...names), fc.oneof(values, fc.array(values), fc.anything())),
  pairs.map((fields) => new Map(fields)),
  pairs.map(formOf),
  pairs.map((fields) => Promise.resolve(formOf(fields))),
  pairs.map((fields) => new Request("https://app.test/back", { method: "POST", body: new URLSearchParams(fields) })),
  fc.record(
    {
      method: fc.oneof(fc.constantFrom("GET", "POST", "HEAD"), fc.anything()),
      url: fc.oneof(encoded, fc.anything()),
      body: fc.anything(),
      search: fc.oneof(encoded, fc.anything()),
      hash: fc.oneof(encoded, fc.anything()),
      text: fc.func(fc.anything()),
      get: fc.func(fc.anything()),
      entries: fc.func(fc.anything()),
    },
    { requiredKeys: [] },
  ),
  // A program without types can pass anything.
  fc.anything().map((given) => given as Readonly<Record<string, unknown>>),
);

function formOf(fields: readonly (readonly [string, string])[]): FormData {
  const form = new FormData();
  for (const [name, value] of fields) {
    form.append(name, value);
  }
  return form;
}

/** A token service that repeats what it was sent, as a proxy's page does. */
const { app } = makeDaemon(({ form }) =>
  form.get("code")?.startsWith("good") ? token(1) : { status: 502, body: `${form} ${decodeURIComponent(`${form}`)}` },
);

/** Whatever is sent to a callback, the sign-in continues or fails with an AuthError that contains no secret. */
export const callbackParameters: FuzzTarget = {
  name: "callback parameters",
  property: fc.asyncProperty(responses, async (response) => {
    const request = await app.getAuthorizationUrl({
      scopes: ["User.Read"],
      redirectUri: "https://app.test/back",
      state,
    });
    const error: unknown = await app.acquireTokenByAuthorizationCode({ request, response }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error === undefined) {
      return;
    }
    if (!(error instanceof AuthError)) {
      throw new Error("The failure is not an AuthError.", { cause: error });
    }
    const shown = inspect(error, { depth: 20, showHidden: true });
    if (shown.includes("s3cr3t")) {
      throw new Error("The client secret is shown.", { cause: error });
    }
    if (request.codeVerifier && shown.includes(request.codeVerifier)) {
      throw new Error("The verifier is shown.");
    }
  }),
};
