import type { AuthorityKind, ClientAuthentication, Credential, CredentialContext } from "@latchkey/client";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { clientId, tenantId } from "./daemon.ts";
import { testStart } from "./manualClock.ts";

export const tokenEndpoint: string = `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`;

/** A context as the library creates it for an Entra tenant, with `changes`. */
export function credentialContext(changes: Partial<CredentialContext> = {}): CredentialContext {
  return {
    clientId,
    tokenEndpoint,
    audience: tokenEndpoint,
    authorityKind: "entra",
    tenantId,
    takesBasicOnly: false,
    correlationId: "c0c0c0c0-0000-4000-8000-00000000000a",
    signal: new AbortController().signal,
    now: () => testStart,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    ...changes,
  };
}

/** The assertion that a credential creates, whole and decoded. */
export async function assertionOf(
  credential: Credential,
  kind: AuthorityKind = "entra",
  changes: Partial<CredentialContext> = {},
): Promise<{
  readonly jwt: string;
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
  readonly authentication: ClientAuthentication;
}> {
  const authentication = await credential(credentialContext({ authorityKind: kind, ...changes }));
  const jwt = authentication.parameters["client_assertion"] ?? "";
  return { jwt, header: { ...decodeProtectedHeader(jwt) }, claims: decodeJwt(jwt), authentication };
}
