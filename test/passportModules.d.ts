/** The parts of Passport and two of its strategies, which have no types, that the tests use. */

declare module "passport" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  export interface Strategy {
    readonly name?: string;
  }

  type Outcome = (error: { readonly code?: string } | null, user?: object | false, info?: unknown) => void;
  type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error: Error) => void) => void;

  export class Passport {
    use(name: string, strategy: Strategy): this;
    authenticate(name: string, outcome: Outcome): Middleware;
  }
}

declare module "passport-azure-ad" {
  import type { Strategy as PassportStrategy } from "passport";

  type Verify = (
    issuer: string,
    subject: string,
    profile: object,
    accessToken: string,
    refreshToken: string,
    done: (error: Error | null, user: object) => void,
  ) => void;

  export const OIDCStrategy: new (options: object, verify: Verify) => PassportStrategy;
}

declare module "passport-openidconnect" {
  import type { Strategy as PassportStrategy } from "passport";

  type Verify = (
    issuer: string,
    profile: object,
    context: object,
    idToken: string,
    accessToken: string,
    refreshToken: string,
    done: (error: Error | null, user: object) => void,
  ) => void;

  export const Strategy: new (options: object, verify: Verify) => PassportStrategy;
}
