import {
  type AuthorityOptions,
  createAuthority,
  issueServerCertificate,
  type ServerCertificate,
} from "../tls/authority.ts";
import type { HostName } from "../tls/issueCertificate.ts";
import { interceptedNames } from "./names.ts";

export interface InterceptionCertificate {
  /** The authority to trust for this run, PEM. Its key is gone as soon as the server's certificate is signed. */
  readonly authority: string;
  readonly server: ServerCertificate;
}

const authorityName = "Latchkey interception CA of one run";
const lifetimeMs = 90 * 86_400_000;

// A constraint says nothing about kinds of name that it does not mention: every address is excluded by an empty mask.
const everyAddress: readonly HostName[] = [{ ip: new Uint8Array(8) }, { ip: new Uint8Array(32) }];

/** A certificate for the intercepted names from an authority of its own: nobody can make another one from it. */
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
