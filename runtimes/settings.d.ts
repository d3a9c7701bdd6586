/**
 * Written beside the suite before each run: the address of the local platform, and the applications registered there.
 */
export const settings: Settings;

export interface Settings {
  readonly authority: string;
  /** Where there is no listener. */
  readonly deadAuthority: string;
  /** Graph's base URL. */
  readonly graph: string;
  readonly secretApp: { readonly clientId: string; readonly secret: string };
  readonly certificateApp: { readonly clientId: string; readonly privateKey: string; readonly certificate: string };
  /** With a secret; its token is requested by many callers at once, and once with the runtime's own fetch. */
  readonly crowdApp: { readonly clientId: string; readonly secret: string };
  /** With a secret; its tokens are refreshed before they expire. */
  readonly ageingApp: { readonly clientId: string; readonly secret: string };
  /** With a secret, and a token that it received; used by several requests of a Worker at once. */
  readonly apiApp: { readonly clientId: string; readonly secret: string; readonly oboAssertion: string };
  /** A public client, with a refresh token from elsewhere. */
  readonly userApp: { readonly clientId: string; readonly refreshToken: string; readonly username: string };
}
