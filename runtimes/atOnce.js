// Concurrent requests of a Worker: they share an application, but the runtime lets none of them use objects of another.
import { ConfidentialClientApplication, clientSecret } from "@latchkey/client";
import { settings } from "./settings.js";

const { authority } = settings;
const { clientId, secret, oboAssertion } = settings.apiApp;
const app = new ConfidentialClientApplication({ clientId, authority, clientCredential: clientSecret(secret) });
const scopes = ["https://graph.microsoft.com/.default"];

/** @type {Readonly<Record<string, () => Promise<unknown>>>} */
const steps = {
  "a forced refresh": () => app.acquireTokenForClient({ scopes, forceRefresh: true }),
  "a token on behalf of a caller": () => app.acquireTokenOnBehalfOf({ scopes, oboAssertion }),
  "a forced one": () => app.acquireTokenOnBehalfOf({ scopes, oboAssertion, forceRefresh: true, timeoutMs: 10_000 }),
  "a token from the cache": () => app.acquireTokenForClient({ scopes }),
  "a request of its own afterwards": async () =>
    (await fetch(`${authority}/v2.0/.well-known/openid-configuration`)).text(),
};

/** Runs all steps one after another; returns the failures. */
export async function atOnce() {
  /** @type {string[]} */
  const failed = [];
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
    } catch (error) {
      failed.push(`${name}, of several requests at once: ${error instanceof Error ? error.stack : error}`);
    }
  }
  return failed;
}
