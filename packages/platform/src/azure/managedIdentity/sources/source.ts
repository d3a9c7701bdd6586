import type { Refusal } from "../../../aadsts/aadsts.ts";
import type { Authentication } from "../../../directory/issuedTokens/authentication.ts";
import type { PlainRequest } from "../../../http/plainHttp.ts";
import type { AzureContext } from "../../context.ts";
import type { IssuedToken } from "../issueToken.ts";

/** The kinds of Azure hosts whose managed identity endpoint there is. */
export type ManagedIdentitySourceName =
  | "imds"
  | "appService"
  | "machineLearning"
  | "serviceFabric"
  | "azureArc"
  | "cloudShell";

/** How a host is set up. */
export interface ManagedIdentityHostOptions {
  /**
   * Client id of the identity that a request gets which names none. Default: the tenant's system-assigned identity, or
   * else its only user-assigned one.
   */
  readonly identity?: string | undefined;
  /** User principal name of who is signed in to Cloud Shell. Default: the seeded administrator. */
  readonly user?: string | undefined;
}

/** Whose token a request wants is not clear. */
export interface UnclearIdentity {
  readonly kind: "notFound" | "ambiguous" | "severalNamed";
}

/** A request was not answered with a token. */
export type IdentityRefusal =
  | { readonly kind: "refused"; readonly reason: "wrongMethod" | "noProof" | "noResource" }
  | { readonly kind: "refused"; readonly reason: "badVersion"; readonly version: string }
  | UnclearIdentity
  | { readonly kind: "tokenRefused"; readonly refusal: Refusal }
  /** By a fault rule. */
  | { readonly kind: "unavailable"; readonly status: number };

/** What one kind of host has of its own: variables, proof, parameters and the shapes of its answers. */
export interface ManagedIdentitySource {
  readonly name: ManagedIdentitySourceName;
  readonly scheme: "http" | "https";
  readonly path: string;
  /** Absent where requests name no version. */
  readonly apiVersions?: readonly string[];
  /** Requests are POST, with their parameters in a form. */
  readonly isForm?: true;
  /** The hosts have no managed identities: they give the tokens of the user who is signed in to them. */
  readonly isOfUser?: true;
  /** The parameters that name an identity, by what they name. At most one may be sent. */
  readonly identityParameters: Readonly<Record<string, "clientId" | "objectId" | "resourceId">>;
  /** The hosts of this kind have no user-assigned identities. */
  readonly isSystemOnly?: true;
  /** Where the host leaves its secret for programs that may read it, with a separator at the end. */
  keyFolder?(): string;
  /** Where the real hosts have the endpoint, on port 80: programs ask there if they follow no variable. */
  readonly address?: string;
  /** Of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What leads a client here. */
  environment(host: IdentityHost): Readonly<Record<string, string>>;
  /** Whether the request can only come from a program on the host: pages and proxies cannot set the header. */
  isProven(headers: PlainRequest["headers"], host: IdentityHost): boolean;
  /** The answer to a request for an API that such hosts give no tokens for. */
  refuseResource?(resource: string): IdentityResponse | undefined;
  answer(token: IssuedToken): Readonly<Record<string, unknown>>;
  refuse(context: AzureContext, refusal: IdentityRefusal, host: IdentityHost): IdentityResponse;
}

/** One opened endpoint. */
export interface IdentityHost {
  /** Without the path. */
  readonly url: string;
  /** SHA-1 of the certificate that an https host shows, 40 upper-case hexadecimal digits. */
  readonly thumbprint: string;
  /** New for each host. */
  readonly secret: string;
  /** The file that holds the secret, where there is a `keyFolder`. */
  readonly keyFile: string | undefined;
  /** Client id of the identity that a request gets which names none. */
  readonly identity: string | undefined;
  /** The sign-in of the user whose tokens the host gives. */
  readonly signIn: Authentication | undefined;
}

/** An answer as the host writes it. */
export interface IdentityResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}
