import type { Refusal } from "../../../aadsts/aadsts.ts";
import type { Authentication } from "../../../directory/issuedTokens/authentication.ts";
import type { PlainRequest } from "../../../http/plainHttp.ts";
import type { AzureContext } from "../../context.ts";
import type { IssuedToken } from "../issueToken.ts";

/** The kinds of Azure hosts that have a managed identity endpoint. */
export type ManagedIdentitySourceName =
  | "imds"
  | "appService"
  | "machineLearning"
  | "serviceFabric"
  | "azureArc"
  | "cloudShell";

/** The set-up of a host. */
export interface ManagedIdentityHostOptions {
  /**
   * Client id of the identity for requests that name none. Default: the tenant's system-assigned identity, or else its
   * only user-assigned one.
   */
  readonly identity?: string | undefined;
  /** User principal name of the user signed in to Cloud Shell. Default: the seeded administrator. */
  readonly user?: string | undefined;
}

/** It is not clear whose token a request is for. */
export interface UnclearIdentity {
  readonly kind: "notFound" | "ambiguous" | "severalNamed";
}

/** The reason why a request gets no token. */
export type IdentityRefusal =
  | { readonly kind: "refused"; readonly reason: "wrongMethod" | "noProof" | "noResource" }
  | { readonly kind: "refused"; readonly reason: "badVersion"; readonly version: string }
  | UnclearIdentity
  | { readonly kind: "tokenRefused"; readonly refusal: Refusal }
  /** From a fault rule. */
  | { readonly kind: "unavailable"; readonly status: number };

/** What is specific to one kind of host: variables, proof, parameters and the shapes of its responses. */
export interface ManagedIdentitySource {
  readonly name: ManagedIdentitySourceName;
  readonly scheme: "http" | "https";
  readonly path: string;
  /** Absent where requests have no version. */
  readonly apiVersions?: readonly string[];
  /** Requests are POSTs with a form. */
  readonly usesForm?: true;
  /** The hosts have no managed identities: they issue tokens for the signed-in user. */
  readonly issuesUserTokens?: true;
  /** The parameters that name an identity, with the property they contain. A request may have at most one. */
  readonly identityParameters: Readonly<Record<string, "clientId" | "objectId" | "resourceId">>;
  /** Hosts of this kind have no user-assigned identities. */
  readonly isSystemOnly?: true;
  /** The folder of the file with the host's secret, ending with a separator. */
  keyFolder?(): string;
  /** The real host's address, on port 80. Programs use it if no variable is set. */
  readonly address?: string;
  /** Added to every response. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The variables that point a client to this endpoint. */
  environment(host: IdentityHost): Readonly<Record<string, string>>;
  /** Whether only a program on the host can have sent the request: pages and proxies cannot set the header. */
  isFromHost(headers: PlainRequest["headers"], host: IdentityHost): boolean;
  /** The response to a request for an API for which such hosts issue no tokens. */
  refuseResource?(resource: string): IdentityResponse | undefined;
  answer(token: IssuedToken): Readonly<Record<string, unknown>>;
  refuse(context: AzureContext, refusal: IdentityRefusal, host: IdentityHost): IdentityResponse;
}

/** An open endpoint. */
export interface IdentityHost {
  /** Without the path. */
  readonly url: string;
  /** SHA-1 of an https host's certificate, 40 upper-case hexadecimal digits. */
  readonly thumbprint: string;
  /** Random for each host. */
  readonly secret: string;
  /** The file with the secret, if there is a `keyFolder`. */
  readonly keyFile: string | undefined;
  /** Client id of the identity for requests that name none. */
  readonly identity: string | undefined;
  /** The sign-in of the user for whom the host issues tokens. */
  readonly signIn: Authentication | undefined;
}

/** A response in the host's format. */
export interface IdentityResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}
