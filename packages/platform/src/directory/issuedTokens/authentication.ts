/** How a user proved who they are: a password, and where the tenant asks for it a second factor. */
export type AuthenticationMethod = "pwd" | "mfa";

/** A sign-in of a user: what the tokens that follow from it say about it. */
export interface Authentication {
  readonly userId: string;
  /** Of the browser session, or of the single sign-in without one. */
  readonly sid: string;
  readonly signedInMs: number;
  readonly methods: readonly AuthenticationMethod[];
}

/** What kind of application the user signed in to; it decides about client authentication, CORS and lifetimes. */
export type ClientPlatform = "web" | "spa" | "publicClient";
