import type { AzureContext } from "../context.ts";
import type { ResourceManagerCaller } from "./caller.ts";

/** What a route makes of a request that it does not refuse. `body` is absent where the real service sends none. */
export interface ResourceManagerResponse {
  readonly status: 200 | 201 | 204;
  readonly body?: object;
}

/** A request that has been let in. */
export interface ResourceManagerRequest {
  readonly context: AzureContext;
  readonly caller: ResourceManagerCaller;
  /** What stands in the place of `{name}` in the route's path. */
  parameter(this: void, name: string): string;
  /** The JSON object that was sent; anything else counts as an empty one. */
  readonly body: Readonly<Record<string, unknown>>;
}

export type ResourceManagerMethod = "GET" | "HEAD" | "PUT" | "PATCH" | "DELETE";

/** A type of resource, and what can be done to it. Its methods throw an `ArmError`. */
export interface ResourceManagerRoute {
  /** Such as `/subscriptions/{subscription}`; letter case makes no difference. */
  readonly path: string;
  /** `Microsoft.ManagedIdentity/userAssignedIdentities`: what permissions to it are named after. */
  readonly type: string;
  readonly methods: {
    readonly [method in ResourceManagerMethod]?: (request: ResourceManagerRequest) => ResourceManagerResponse;
  };
}
