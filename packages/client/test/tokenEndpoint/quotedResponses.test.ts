import { inspect } from "node:util";
import { protectedApi } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { type ScriptedResponse, token } from "../support/scriptedService.ts";
import { makeTool } from "../support/tool.ts";

const tokens = {
  token_type: "Bearer",
  access_token: "canary-access/+token",
  refresh_token: "canary-refresh",
  id_token: "canary.id.token",
  expires_in: 3599,
};
const device = {
  device_code: "canary-device",
  user_code: "CANARY",
  verification_uri: "https://login.test/",
  expires_in: 900,
};

function unreadable(response: Readonly<Record<string, unknown>>): readonly (readonly [string, ScriptedResponse])[] {
  const text = JSON.stringify(response);
  const fields = Object.entries(response).map(([name, value]): [string, string] => [name, String(value)]);
  const form = `${new URLSearchParams(fields)}`;
  const html = { "content-type": "text/html" };
  return [
    ["cut short", { body: text.slice(0, -10) }],
    ["with something appended", { body: `${text}\n<!-- proxy -->` }],
    ["twice", { body: text + text }],
    ["after a byte order mark", { body: `\ufeff${text}` }],
    ["in a list", { body: [response] }],
    ["as a text", { body: JSON.stringify(text) }],
    ["with 201", { status: 201, body: text }],
    ["with 203", { status: 203, body: text }],
    ["form-encoded", { headers: { "content-type": "application/x-www-form-urlencoded" }, body: form }],
    ["with 302", { status: 302, headers: { location: `https://app.test/#${form}` }, body: text }],
    ["with 400", { status: 400, body: text }],
    ["with 503", { status: 503, body: text }],
    ["with 503, cut short", { status: 503, body: text.slice(0, -10) }],
    ["as a page", { headers: html, body: `<pre>${text}</pre>` }],
    ["as a refusal's page", { status: 403, headers: html, body: `<pre>${text}</pre>` }],
    ["as an outage's page", { status: 503, headers: html, body: `<p>${form.replaceAll("&", "&amp;")}</p>` }],
    [
      "with a type that quotes it",
      { status: 500, headers: { "content-type": `x/y; access_token=${tokens.access_token}` } },
    ],
    [
      "with an error that quotes it",
      {
        status: 400,
        body: { ...response, error: `x ${text}`, error_description: form, suberror: text, correlation_id: text },
      },
    ],
    [
      "with an error that shows it bare",
      { status: 400, body: { ...response, error: "x", error_description: `${Object.values(response)}` } },
    ],
    ["with an error that requests claims", { status: 400, body: { ...response, error: "x", claims: text } }],
  ];
}

const shownBy = (value: unknown): string =>
  inspect(value, { depth: 20, showHidden: true }) + JSON.stringify(value) + String(value);

describe("an unreadable response with tokens", () => {
  test.each(unreadable(tokens))("is not shown: %s", async (_, scripted) => {
    const { app, logged } = makeDaemon(() => scripted);
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(shownBy(error) + shownBy(logged)).not.toContain("canary");
    expect(error.message).not.toBe("");
    expect(error.remedy).not.toBe("");
  });

  test.each(unreadable(device))("shows no device code: %s", async (_, scripted) => {
    const { app } = makeTool(() => scripted);
    const error = await authErrorOf(
      app.acquireTokenByDeviceCode({ scopes: ["User.Read"], deviceCodeCallback: () => {} }),
    );
    expect(shownBy(error)).not.toMatch(/canary|CANARY/);
  });

  test.each(unreadable(tokens))("is not logged by a background refresh: %s", async (_, scripted) => {
    const works: Promise<unknown>[] = [];
    const { app, clock, logged } = makeDaemon((_, index) => (index > 0 ? scripted : token(1, { refresh_in: 1_800 })), {
      waitUntil: (work) => void works.push(work),
    });
    await app.acquireTokenForClient({ scopes: [graph] });
    clock.advance(2_000_000);
    await app.acquireTokenForClient({ scopes: [graph] });
    await Promise.all(works);
    expect(logged).toContainEqual(
      expect.objectContaining({ message: expect.stringMatching(/^background token refresh failed/) }),
    );
    expect(shownBy(logged)).not.toContain("canary");
  });

  test("is described by status, type and length", async () => {
    const body = JSON.stringify(tokens).slice(0, -10);
    const { app } = makeDaemon(() => ({ body }));
    const { message, code } = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(message).toBe(
      `login.microsoftonline.com answered 200 (application/json; charset=utf-8) with ${body.length} unreadable characters.`,
    );
    expect(code).toBe("invalid_response");
  });

  test("is shown without what it quotes if it is a proxy's page", async () => {
    const headers = { "content-type": "Text/HTML; charset=utf-8" };
    const page = `<h1>Blocked</h1> client_secret=other&grant_type=x {"access_token":"other"}`;
    const { app } = makeDaemon(() => ({ status: 403, headers, body: page }));
    const { message } = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(message).toBe(
      'login.microsoftonline.com answered 403 (Text/HTML; charset=utf-8): <h1>Blocked</h1> client_secret=***&grant_type=x {"access_token":"***"}',
    );
  });
});

describe("an API's response", () => {
  const answered = async (status: number, body: string, headers: Record<string, string> = {}): Promise<string> => {
    const { app } = makeDaemon(() => token(1, { access_token: "canary.token+/of~the-daemon" }));
    const fetch: typeof globalThis.fetch = async () => new Response(body, { status, headers });
    const api = protectedApi(app, { baseUrl: "https://api.test/", scopes: [graph], fetch, maxRetries: 0 });
    const error = await authErrorOf(api.json("x", { headers: { "x-api-key": "canary-key" } }));
    return shownBy(error);
  };

  test.each([200, 201, 203])("with status %i is not shown if it is unreadable", async (status) => {
    const info = await answered(status, '{"value":[{"mail":"canary@contoso.example"');
    expect(info).not.toContain("canary");
    expect(info).toContain(`answered ${status}`);
  });

  test.each([400, 401, 403, 404, 429, 500, 503])("with status %i is shown without what was sent", async (status) => {
    const echo = "say canary.token+/of~the-daemon and canary-key";
    for (const body of [
      echo,
      JSON.stringify({ error: { code: `c ${echo}`, message: echo } }),
      JSON.stringify({ code: echo, message: echo }),
    ]) {
      const info = await answered(status, body, { "request-id": "id canary-key" });
      expect(info).not.toContain("canary");
      expect(info).toContain("say *** and ***");
    }
  });

  test("may have its code and message at the top", async () => {
    const info = await answered(400, JSON.stringify({ code: "BadThing", message: "It is bad." }));
    expect(info).toContain("failed with 400 BadThing: It is bad.");
  });
});
