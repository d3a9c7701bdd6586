import { type Refusal, refuse } from "../../aadsts/aadsts.ts";
import type { AskedScopes } from "../consent/askedScopes.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import type { TokenFacts } from "./grant.ts";

/** The refusal of a request without the parameter, or with an empty one. */
export function missingParameter({ form }: TokenRequest, name: string): Refusal | undefined {
  return (form.get(name) ?? "") === "" ? refuse("900144", { name }, `the body has no ${name}`) : undefined;
}

export function proofOf({ authenticated }: TokenFacts): "none" | "secret" | "certificate" {
  return authenticated?.proof ?? "none";
}

export function wantsClientInfo({ form }: TokenRequest): boolean {
  return form.get("client_info") === "1";
}

/** A token is for one API: several in one request are refused where the real service refuses them. */
export function oneResource(asked: Refusal | AskedScopes, scope: string): Refusal | AskedScopes {
  return asked.kind === "asked" && asked.resources.length > 1
    ? refuse(
        "28000",
        { scopes: scope },
        "a token is for one API: redeem for the first one, use the refresh token for others",
      )
    : asked;
}

export function accountGone(): Refusal {
  return refuse("50034", { user: "{EmailHidden}", tenant: "organization's" }, "the user has been deleted");
}
