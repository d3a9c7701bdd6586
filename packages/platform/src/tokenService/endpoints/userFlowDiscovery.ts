import { answerMetadata } from "../../aadsts/stsErrors.ts";
import { openExchange } from "../../http/exchange.ts";
import { findUserFlow, unknownUserFlow, userFlowIssuer } from "../userFlows/userFlow.ts";
import type { Endpoint } from "./endpoint.ts";

/** The discovery document of a B2C-shaped authority. @see OpenID Connect Discovery 1.0 section 4 */
export const userFlowDiscovery: Endpoint = {
  method: "GET",
  path: "/{tenant}/{policy}/v2.0/.well-known/openid-configuration",
  handle(context, request, { tenant: segment = "", policy = "" }) {
    const flow = findUserFlow(context, segment, policy);
    if (flow === undefined) {
      return unknownUserFlow();
    }
    const exchange = openExchange(context, request);
    // B2C: the paths repeat the tenant as requested, and the policy in lower case.
    const base = `${exchange.base}/${segment}/${flow.name.toLowerCase()}`;
    return answerMetadata(exchange, {
      issuer: userFlowIssuer(context, flow.tenant),
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      end_session_endpoint: `${base}/oauth2/v2.0/logout`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
      response_modes_supported: ["query", "fragment", "form_post"],
      response_types_supported: ["code"],
      scopes_supported: ["openid"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["RS256"],
      token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
      claims_supported: [
        "oid",
        "emails",
        "given_name",
        "family_name",
        "name",
        "sub",
        "tfp",
        "iss",
        "iat",
        "exp",
        "aud",
        "nonce",
      ],
    });
  },
};
