import type { SignInContext } from "../signIn/context.ts";
import type { NewSecrets } from "./newSecrets.ts";

/** What the portal needs from the platform. */
export interface PortalContext extends SignInContext {
  /** The certificate (PEM) of the authority that issued the certificate of the platform's own host. */
  readonly caCertificate: string;
  readonly newSecrets: NewSecrets;
}
