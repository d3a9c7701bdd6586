import { Refusal } from "../../aadsts/aadsts.ts";
import { answerRefusal } from "../../aadsts/stsErrors.ts";
import { openExchange } from "../../http/exchange.ts";
import { errorPage } from "../../signIn/page/errorPage.ts";
import { isSinglePageOrigin, shareWithOrigin } from "../tokenOrigins.ts";
import { tokenPaths } from "../tokenRequest.ts";
import { findUserFlow, unknownUserFlow } from "../userFlows/userFlow.ts";
import type { Endpoint } from "./endpoint.ts";

export const tokenMethodsVersion2: Endpoint = otherMethods(tokenPaths.version2);
export const tokenMethodsVersion1: Endpoint = otherMethods(tokenPaths.version1);
export const tokenMethodsOfUserFlow: Endpoint = otherMethods(tokenPaths.userFlow);

/** The response of a token endpoint to any method but POST. */
function otherMethods(path: string): Endpoint {
  return {
    method: "ALL",
    path,
    handle(context, request, { tenant = "", policy }) {
      if (policy !== undefined && findUserFlow(context, tenant, policy) === undefined) {
        return unknownUserFlow();
      }
      const { method } = request;
      if (method === "OPTIONS") {
        const response = { status: 204, headers: { allow: "POST, OPTIONS" }, body: null };
        return isSinglePageOrigin(context, request) ? shareWithOrigin(request, response) : response;
      }
      const exchange = openExchange(context, request);
      const refusal = new Refusal("900561", { method }, "the token endpoint requires POST with a form body");
      context.events.record({
        type: "token",
        method,
        path: exchange.path,
        status: refusal.status,
        why: `AADSTS${refusal.code}: ${refusal.why}`,
        aadsts: refusal.code,
        correlationId: exchange.correlationId,
      });
      // Entra: a browser that opens the address gets a page.
      return request.headers.get("accept")?.includes("text/html")
        ? errorPage(context, exchange, refusal)
        : answerRefusal(context, exchange, refusal);
    },
  };
}
