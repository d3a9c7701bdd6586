import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { postForm, registerDaemon, tokenForm, tokenPath } from "../support/daemon.ts";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.stop());

test("the error_uri of an error opens a page with the meaning of its number", async () => {
  const wrong = tokenForm(registerDaemon(platform), { client_secret: "wrong" });
  const { error_uri: uri } = (await postForm(platform, tokenPath(platform), wrong)).body;
  const { status, html } = await openBrowser(platform).get(uri.slice(platform.url.length));
  expect(status).toBe(200);
  expect(html).toContain("<h1>AADSTS7000215</h1>");
  expect(html).toContain("for a secret added to app &#39;{appId}&#39;");
  expect(html).toContain("<dd><code>invalid_client</code></dd>");
  expect(html).toContain("returned for its real cause, or by the fault rule: <code>aadsts=7000215</code>");
});

test("a number with variants shows them all; one that only fault rules use says so", async () => {
  const { html } = await openBrowser(platform).get("/error?code=AADSTS700027");
  expect(html.match(/aadsts=700027:\w+/g)).toEqual([
    "aadsts=700027:notRegistered",
    "aadsts=700027:expired",
    "aadsts=700027:signature",
  ]);
  expect((await openBrowser(platform).get("/error?code=50196")).html).toContain("returned only by the fault rule");
});

test.each(["", "1", "<b>", "constructor"])("there is no error %j", async (code) => {
  const { status, html } = await openBrowser(platform).get(`/error?code=${encodeURIComponent(code)}`);
  expect(status).toBe(404);
  expect(html).not.toContain("<b>");
});
