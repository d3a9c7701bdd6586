import { decodeJson } from "../../core/jwt.ts";
import { findServicePrincipalByAppId } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Exchange } from "../../http/exchange.ts";
import { ticks } from "../../tokenService/issuance/signInValidity.ts";
import type { ControlContext } from "../context.ts";
import type { RequestFacts } from "./requestFacts.ts";

/** What a slot of an error text is filled with, as far as the request says it. Never a secret field. */
export function slotValue(
  { directory }: ControlContext,
  { url, nowMs }: Exchange,
  facts: RequestFacts,
  slot: string,
): string {
  const sent = (name: string): string => facts.form.get(name) ?? url.searchParams.get(name) ?? "";
  const scope = sent("scope");
  switch (slot) {
    case "appId":
      return facts.clientId ?? "";
    case "appName":
      return findServicePrincipalByAppId(directory, facts.tenantId ?? "", facts.clientId ?? "")?.displayName ?? "";
    case "tenant":
    case "tenantId":
      return facts.tenantId ?? "";
    case "resource":
      return sent("resource") || scope.replace(/\/\.default$/, "");
    case "scope":
    case "scopes":
      return scope;
    case "uri":
      return sent("redirect_uri");
    case "user":
      return sent("username");
    case "grantType":
      return facts.grantType ?? "";
    case "method":
      return facts.method;
    case "issuer":
    case "subject":
    case "audience":
      return assertedClaim(sent("client_assertion") || sent("assertion"), slot);
    case "now":
    case "issued":
    case "validFrom":
    case "notBefore":
    case "expiry":
    case "start":
    case "end":
      return ticks(nowMs);
    default:
      return "";
  }
}

const claimNames = { issuer: "iss", subject: "sub", audience: "aud" };

function assertedClaim(assertion: string, slot: keyof typeof claimNames): string {
  const value = decodeJson(assertion.split(".")[1] ?? "")?.[claimNames[slot]];
  return typeof value === "string" ? value : "";
}
