import { Refusal } from "../../aadsts/aadsts.ts";
import { answerJson, answerRefusal } from "../../aadsts/stsErrors.ts";
import { findTenantByDomain } from "../../directory/tenants/tenants.ts";
import { openExchange } from "../../http/exchange.ts";
import type { PlainRequest, PlainResponse } from "../../http/plainHttp.ts";
import type { TokenServiceContext } from "../context.ts";
import type { Endpoint } from "./endpoint.ts";

export const userRealmOfPath: Endpoint = {
  method: "GET",
  path: "/{tenant}/userrealm/{user}",
  handle: (context, request, { user = "" }) => response(context, request, user),
};

export const userRealmOfQuery: Endpoint = {
  method: "GET",
  path: "/{tenant}/userrealm",
  handle: (context, request) => response(context, request, new URL(request.url).searchParams.get("user") ?? ""),
};

/**
 * How users of a domain sign in: here always with a password at the platform. Clients request it before they send a
 * password.
 */
function response(context: TokenServiceContext, request: PlainRequest, user: string): PlainResponse {
  const exchange = openExchange(context, request);
  if ((exchange.url.searchParams.get("api-version") ?? "") === "") {
    return answerRefusal(
      context,
      exchange,
      new Refusal("90014", { field: "api-version" }, "the address has no api-version"),
    );
  }
  const domain = user.split("@")[1] ?? "";
  const isKnown = findTenantByDomain(context.directory, domain) !== undefined;
  return answerJson(context, exchange, 200, {
    ver: "1.0",
    account_type: isKnown ? "Managed" : "Unknown",
    ...(isKnown ? { domain_name: domain } : {}),
    cloud_instance_name: "microsoftonline.com",
    cloud_audience_urn: "urn:federation:MicrosoftOnline",
  });
}
