import type { Controls } from "../../control/controls.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { PlainRequest } from "../../http/plainHttp.ts";
import type { AzureContext } from "../context.ts";
import type { IdentityHost, ManagedIdentitySource } from "./sources/source.ts";

/** An opened endpoint and what it answers from. */
export interface IdentityEndpoint {
  readonly context: AzureContext;
  readonly controls: Controls;
  readonly tenant: Tenant;
  readonly source: ManagedIdentitySource;
  readonly host: IdentityHost;
}

export interface IdentityRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: PlainRequest["headers"];
  /** Of the query, or of the form where there is one. */
  readonly parameters: URLSearchParams;
  /** Ends its connection without an answer. */
  cut(): void;
}
