import type { Json } from "../../directory/applications/applicationProperties.ts";
import type { Directory } from "../../directory/directory.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { QueryOptions } from "../odata/queryOptions.ts";
import type { Caller } from "./caller.ts";
import type { OperationPermissions } from "./permissions/permissions.ts";

export type JsonObject = { readonly [name: string]: Json };

/** A key in a path: `/users/{value}`, `/users('{value}')` or `/applications(appId='{value}')`. */
export interface PathKey {
  /** `id` unless the caller named another property. */
  readonly property: string;
  readonly value: string;
}

/** A request that has passed authentication and the permission check. */
export interface GraphRequest {
  readonly directory: Directory;
  readonly tenant: Tenant;
  readonly caller: Caller;
  /** `v1.0` or `beta`. */
  readonly version: string;
  readonly url: URL;
  /** Scheme, host and port that the caller used. */
  readonly origin: string;
  readonly nowMs: number;
  readonly options: QueryOptions;
  /** `ConsistencyLevel: eventual` was sent. */
  readonly eventual: boolean;
  /** `Prefer: return=minimal` was sent. */
  readonly minimal: boolean;
  /** The accepted permission that the caller has. */
  readonly permission: string;
  /** The keys in the path, in order: two for `/servicePrincipals/{key}/appRoleAssignments/{key}`. */
  readonly keys: readonly PathKey[];
  /** The body of a POST, PATCH or PUT; empty for other methods. */
  readonly body: JsonObject;
}

/** What an operation returns when it succeeds. */
export type GraphResponse =
  | {
      readonly kind: "json";
      readonly status: 200 | 201;
      readonly body: JsonObject;
      readonly location?: string | undefined;
      /** Default: the permission that allowed the request. */
      readonly reason?: string | undefined;
    }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "empty"; readonly reason?: string | undefined };

/** An operation of Graph: an entry of the list in `graph.ts`. It refuses by throwing a `GraphError`. */
export interface GraphRoute {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Segments as in `/applications/{key}/addPassword`. Requests may use any case. */
  readonly path: string;
  readonly permissions: OperationPermissions;
  /** In resource units. Default 1. */
  readonly cost?: number;
  /** For an action whose body may be omitted. */
  readonly bodyOptional?: boolean;
  handle(request: GraphRequest): GraphResponse;
}
