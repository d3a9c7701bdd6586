/** The part of oidc-provider, which has no types, that the tests use. */
declare module "oidc-provider" {
  import type { RequestListener } from "node:http";

  export class Provider {
    constructor(issuer: string, configuration: object);
    callback(): RequestListener;
    use(middleware: (context: { path: string; body: unknown }, next: () => Promise<void>) => Promise<void>): void;
    registerGrantType(
      name: string,
      handler: (context: { oidc: { params: Record<string, string> }; body: unknown }) => Promise<void>,
      parameters: readonly string[],
    ): void;
  }
}
