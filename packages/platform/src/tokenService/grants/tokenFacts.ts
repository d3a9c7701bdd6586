import type { Refusal } from "../../aadsts/aadsts.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { AuthenticatedClient } from "../clientAuthentication/method.ts";
import type { ClientDemand, Grant } from "./grant.ts";

/** What is known about a token request so far; each check adds its part. */
export interface TokenFacts {
  readonly grant?: Grant | undefined;
  readonly clientId?: string | undefined;
  readonly tenant?: Tenant | undefined;
  readonly application?: Application | undefined;
  readonly client?: ServicePrincipal | undefined;
  readonly demand?: ClientDemand | undefined;
  /** Absent: the client has shown no credential, and needs none. */
  readonly authenticated?: AuthenticatedClient | undefined;
}

export type CheckOutcome = Refusal | ({ readonly kind: "passed" } & TokenFacts);

/** A fact that an earlier check has established. Throws when the rows are in an order that cannot work. */
export function known<Fact>(fact: Fact | undefined, name: string): Fact {
  if (fact === undefined) {
    throw new Error(`The order of token checks is broken: ${name} is not known yet`);
  }
  return fact;
}
