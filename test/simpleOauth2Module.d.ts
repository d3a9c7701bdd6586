/** The part of simple-oauth2, which has no types, that the tests use. */
declare module "simple-oauth2" {
  interface Options {
    readonly client: { readonly id: string; readonly secret: string };
    readonly auth: { readonly tokenHost: string; readonly tokenPath: string; readonly authorizePath?: string };
    readonly options?: { readonly authorizationMethod?: "body" | "header" };
  }

  interface AccessToken {
    readonly token: { readonly access_token: string };
    refresh(): Promise<AccessToken>;
  }

  export class ClientCredentials {
    constructor(options: Options);
    getToken(parameters: { readonly scope: string }): Promise<AccessToken>;
  }

  export class AuthorizationCode {
    constructor(options: Options);
    authorizeURL(parameters: { readonly redirect_uri: string; readonly scope: string; readonly state: string }): string;
    getToken(parameters: { readonly code: string; readonly redirect_uri: string }): Promise<AccessToken>;
  }
}
