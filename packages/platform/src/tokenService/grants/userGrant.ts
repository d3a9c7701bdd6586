import { Refusal } from "../../aadsts/aadsts.ts";
import type { AskedScopes } from "../consent/requestedScopes.ts";
import type { TokenRequest } from "../tokenRequest.ts";

/** Refuses a request that lacks one of the parameters, or has it empty. */
export function requireParameters({ form }: TokenRequest, ...names: readonly string[]): void {
  const name = names.find((candidate) => (form.get(candidate) ?? "") === "");
  if (name !== undefined) {
    throw missingParameter(name);
  }
}

export function missingParameter(name: string): Refusal {
  return new Refusal("900144", { name }, `the body has no ${name}`);
}

export function wantsClientInfo({ form }: TokenRequest): boolean {
  return form.get("client_info") === "1";
}

/** A token is for one API: several in one request are refused where the real service refuses them. */
export function requireOneResource(asked: AskedScopes, scope: string): AskedScopes {
  if (asked.resources.length > 1) {
    const why = "a token is for one API: redeem for the first one, use the refresh token for others";
    throw new Refusal("28000", { scopes: scope }, why);
  }
  return asked;
}

export function accountGone(): Refusal {
  return new Refusal("50034", { user: "{EmailHidden}", tenant: "organization's" }, "the user has been deleted");
}
