export type { ProxyEnvironment } from "./proxy.ts";
export { type CreateFetchOptions, createFetch } from "./transport.ts";
