export { type AcquireTokenInteractiveOptions, acquireTokenInteractive } from "./acquireTokenInteractive.ts";
export type { ProxyEnvironment } from "./proxy.ts";
export { type CreateFetchOptions, createFetch } from "./transport.ts";
