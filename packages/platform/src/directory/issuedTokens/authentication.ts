/** How a user authenticated: with a password, and with a second factor where the tenant requires one. */
export type AuthenticationMethod = "pwd" | "mfa";

/** A sign-in of a user, as far as the tokens based on it depend on it. */
export interface Authentication {
  readonly userId: string;
  /** The id of the browser session, or of the sign-in when there is no session. */
  readonly sid: string;
  readonly signedInMs: number;
  readonly methods: readonly AuthenticationMethod[];
}

/** The kind of application that the user signed in to. It determines client authentication, CORS and lifetimes. */
export type ClientPlatform = "web" | "spa" | "publicClient";
