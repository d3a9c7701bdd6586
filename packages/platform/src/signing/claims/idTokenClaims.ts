import { createHash } from "node:crypto";
import type { Claims } from "../../core/jwt.ts";
import { type ClaimRow, claimTable } from "./claimTable.ts";
import {
  loopbackAddress,
  opaqueData,
  pairwiseSubject,
  routingHint,
  type UserTokenSubject,
  uniqueTokenId,
  userRoles,
  withFurtherClaims,
} from "./claimValues.ts";
import { groupClaims } from "./groupClaims.ts";
import { optionalClaims, registeredClaims } from "./optionalClaims.ts";

/** The input for the claims of an ID token. */
export interface IdTokenSubject extends UserTokenSubject {
  /** The version of the endpoint. */
  readonly version: 1 | 2;
  readonly nonce: string | undefined;
  /** OpenID Connect's scopes in the request: in version 2, the user's names need them. */
  readonly openId: readonly string[];
  /** Issued together with the token by the authorize endpoint. */
  readonly code?: string | undefined;
  readonly accessToken?: string | undefined;
}

type Profile = "version1" | "version2";
type Row = ClaimRow<IdTokenSubject, Profile>;

const both: readonly Profile[] = ["version1", "version2"];
const version1: readonly Profile[] = ["version1"];
const version2: readonly Profile[] = ["version2"];

/**
 * The claims in the order of real tokens: times first, then by name.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
const rows: readonly Row[] = [
  { name: "aud", profiles: both, value: ({ client }) => client.appId },
  { name: "iss", profiles: both, value: ({ issuer }) => issuer },
  { name: "iat", profiles: both, value: ({ issuedSeconds }) => issuedSeconds },
  { name: "nbf", profiles: both, value: ({ issuedSeconds }) => issuedSeconds },
  { name: "exp", profiles: both, value: ({ expiresSeconds }) => expiresSeconds },
  { name: "aio", profiles: both, value: ({ context }) => opaqueData(context.random) },
  { name: "amr", profiles: version1, value: ({ authentication }) => authentication.methods },
  { name: "at_hash", profiles: both, value: ({ accessToken }) => halfHash(accessToken) },
  { name: "c_hash", profiles: both, value: ({ code }) => halfHash(code) },
  // Entra: a member's mail address needs the scope; a guest's is always included.
  {
    name: "email",
    profiles: version2,
    value: ({ user, openId }) =>
      openId.includes("email") || user.userType === "Guest" ? (user.mail ?? undefined) : undefined,
  },
  { name: "family_name", profiles: version1, value: ({ user }) => user.surname ?? undefined },
  { name: "given_name", profiles: version1, value: ({ user }) => user.givenName ?? undefined },
  { name: "ipaddr", profiles: version1, value: () => loopbackAddress },
  { name: "name", profiles: version1, value: ({ user }) => user.displayName },
  { name: "name", profiles: version2, value: (subject) => withProfile(subject, subject.user.displayName) },
  { name: "nonce", profiles: both, value: ({ nonce }) => nonce },
  { name: "oid", profiles: version1, value: ({ user }) => user.id },
  { name: "oid", profiles: version2, value: (subject) => withProfile(subject, subject.user.id) },
  {
    name: "preferred_username",
    profiles: version2,
    value: (subject) => withProfile(subject, subject.user.userPrincipalName),
  },
  {
    name: "rh",
    profiles: both,
    value: ({ tenant, client, context }) => routingHint(tenant.id, client.appId, context.random),
  },
  {
    name: "roles",
    profiles: both,
    value: ({ context, client, user }) => userRoles(context.directory, client, user.id),
  },
  { name: "sid", profiles: both, value: ({ authentication }) => authentication.sid },
  {
    name: "sub",
    profiles: both,
    value: ({ context, client, user }) => pairwiseSubject(context.directory, client.appId, user.id),
  },
  { name: "tid", profiles: both, value: ({ tenant }) => tenant.id },
  { name: "unique_name", profiles: version1, value: ({ user }) => user.userPrincipalName },
  { name: "upn", profiles: version1, value: ({ user }) => user.userPrincipalName },
  { name: "uti", profiles: both, value: ({ context }) => uniqueTokenId(context.random) },
  { name: "ver", profiles: both, value: ({ version }) => `${version}.0` },
];

const claimsOf = claimTable(rows);

/** The claims of an ID token, with the `requested` claims of the request and those of the registration. */
export function idTokenClaims(subject: IdTokenSubject, requested: readonly string[]): Claims {
  const { application, client, version } = subject;
  const claims = claimsOf(version === 1 ? "version1" : "version2", subject);
  const registered = registeredClaims(application.optionalClaims, "idToken");
  return withFurtherClaims(claims, {
    ...optionalClaims(subject, [...registered.map(({ name }) => name), ...requested]),
    ...groupClaims(subject, { registration: application, servicePrincipal: client }, "idToken"),
  });
}

function withProfile<Value>({ openId }: IdTokenSubject, value: Value): Value | undefined {
  return openId.includes("profile") ? value : undefined;
}

/** The left half of the hash of a code or token. @see OpenID Connect Core 1.0 section 3.3.2.11 */
function halfHash(text: string | undefined): string | undefined {
  return text === undefined
    ? undefined
    : createHash("sha256").update(text, "ascii").digest().subarray(0, 16).toString("base64url");
}
