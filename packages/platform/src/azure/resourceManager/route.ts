import type { AzureContext } from "../context.ts";
import type { ResourceManagerCaller } from "./caller.ts";

/** The result of a route. `body` is absent where the real service sends none. */
export interface ResourceManagerResponse {
  readonly status: 200 | 201 | 204;
  readonly body?: object;
}

/** An authorized request. */
export interface ResourceManagerRequest {
  readonly context: AzureContext;
  readonly caller: ResourceManagerCaller;
  /** The value of `{name}` in the route's path. */
  parameter(this: void, name: string): string;
  /** The JSON object in the body; empty for methods without one. */
  readonly body: Readonly<Record<string, unknown>>;
}

export type ResourceManagerMethod = "GET" | "HEAD" | "PUT" | "PATCH" | "DELETE";

/** A resource type and its methods, which throw an `ArmError` to refuse a request. */
export interface ResourceManagerRoute {
  /** Such as `/subscriptions/{subscription}`; not case-sensitive. */
  readonly path: string;
  /** The type in the names of its permissions, such as `Microsoft.ManagedIdentity/userAssignedIdentities`. */
  readonly type: string;
  readonly methods: {
    readonly [method in ResourceManagerMethod]?: (request: ResourceManagerRequest) => ResourceManagerResponse;
  };
}
