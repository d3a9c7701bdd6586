/** Written beside the suite before each run: where the local platform is, and the applications that are registered there. */
export const settings: Settings;

export interface Settings {
  readonly authority: string;
  /** Where nobody listens. */
  readonly deadAuthority: string;
  /** Graph's base URL. */
  readonly graph: string;
  readonly secretApp: { readonly clientId: string; readonly secret: string };
  readonly certificateApp: { readonly clientId: string; readonly privateKey: string; readonly certificate: string };
  /** With a secret; asked for a token by many at once, and once by the runtime's own fetch. */
  readonly crowdApp: { readonly clientId: string; readonly secret: string };
  /** With a secret; its tokens are refreshed ahead of their end. */
  readonly ageingApp: { readonly clientId: string; readonly secret: string };
  /** With a secret, and a token that it was sent; by several requests of a Worker at once. */
  readonly apiApp: { readonly clientId: string; readonly secret: string; readonly oboAssertion: string };
  /** A public client, with a refresh token from elsewhere. */
  readonly userApp: { readonly clientId: string; readonly refreshToken: string; readonly username: string };
}
