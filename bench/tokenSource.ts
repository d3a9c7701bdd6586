import { ConfidentialClientApplication, clientSecret, type Fetch } from "@latchkey/client";

export const clientId = "11111111-2222-4333-8444-555555555555";
export const tenantId = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
export const authority: string = `https://login.microsoftonline.com/${tenantId}`;

export const secret: string = "a secret of the usual length: 40 letters";

/** The scope of the n-th resource. */
export function scopeOf(index: number): string {
  // Joined, not concatenated: a flat string, as if read from a configuration file.
  return ["api://00000000-0000-4000-8000-", index.toString().padStart(12, "0"), "/.default"].join("");
}

/** A unique token of the usual length, 1,200 characters. */
export function tokenOf(index: number): string {
  return `eyJ0.${index.toString(36).padStart(12, "0")}.`.padEnd(1_200, "abcdefghijklmnopqrstuvwxyz0123456789");
}

/** A token service without a network: returns the next token for each request. */
export function tokenService(): { readonly fetch: Fetch; readonly count: () => number } {
  let count = 0;
  const headers = new Headers({ "content-type": "application/json" });
  return {
    count: () => count,
    fetch: async () => {
      const body = { token_type: "Bearer", expires_in: 86_399, access_token: tokenOf(count++) };
      return { status: 200, headers, text: async () => JSON.stringify(body) };
    },
  };
}

/** Our application with a token service without a network. */
export function makeApplication(fetch: Fetch): ConfidentialClientApplication {
  return new ConfidentialClientApplication({
    clientId,
    authority,
    clientCredential: clientSecret(secret),
    fetch,
  });
}
