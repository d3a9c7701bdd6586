import type { Controls } from "../../control/controls.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { PlainRequest } from "../../http/plainHttp.ts";
import type { AzureContext } from "../context.ts";
import type { IdentityHost, ManagedIdentitySource } from "./sources/source.ts";

/** An open endpoint and what it needs to answer requests. */
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
  /** From the query, or from the form where requests are forms. */
  readonly parameters: URLSearchParams;
  /** Closes the connection without a response. */
  cut(): void;
}
