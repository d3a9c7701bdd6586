import {
  type AuthorityOptions,
  createAuthority,
  issueServerCertificate,
  type ServerCertificate,
} from "../tls/authority.ts";
import type { HostName } from "../tls/issueCertificate.ts";
import { interceptedNames } from "./names.ts";

export interface InterceptionCertificate {
  /**
   * The certificate (PEM) of the authority to trust in this run. Its key is dropped once the server's certificate is
   * signed.
   */
  readonly authority: string;
  readonly server: ServerCertificate;
}

const authorityName = "Latchkey interception CA for one run";
const lifetimeMs = 90 * 86_400_000;

// A name constraint does not restrict types that it does not mention, so empty masks exclude every IP address.
const everyAddress: readonly HostName[] = [{ ip: new Uint8Array(8) }, { ip: new Uint8Array(32) }];

/** Creates a certificate for the intercepted names, with its own authority, which cannot issue another one. */
export function createInterceptionCertificate(nowMs: number): InterceptionCertificate {
  const [first, ...others] = hostNames();
  if (first === undefined) {
    throw new Error("There is no name to intercept");
  }
  const authority = createAuthority(authorityOptions(nowMs));
  const server = issueServerCertificate({ authority, authorityName, names: [first, ...others], nowMs });
  return { authority: authority.certificate.toString(), server };
}

export function authorityOptions(nowMs: number): AuthorityOptions {
  return { commonName: authorityName, names: { permitted: hostNames(), excluded: everyAddress }, nowMs, lifetimeMs };
}

function hostNames(): HostName[] {
  return [...interceptedNames.keys()].map((dns) => ({ dns }));
}
