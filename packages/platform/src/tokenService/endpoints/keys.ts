import { Refusal } from "../../aadsts/aadsts.ts";
import { answerMetadata, answerMetadataRefusal } from "../../aadsts/stsErrors.ts";
import { openExchange } from "../../http/exchange.ts";
import { issuerOf } from "../../signing/claims/claimValues.ts";
import type { SigningKey } from "../../signing/signingKeys.ts";
import { consumersTenantId, resolveTenant } from "../tenantSegment.ts";
import type { Endpoint } from "./endpoint.ts";

export const keysVersion2: Endpoint = keys(2, "/{tenant}/discovery/v2.0/keys");
export const keysVersion1: Endpoint = keys(1, "/{tenant}/discovery/keys");
/** Without Entra's `issuer` beside each key. */
export const keysOfUserFlow: Endpoint = keys(1, "/{tenant}/{policy}/discovery/v2.0/keys");

/** The public keys of everything that this platform signs, newest first. @see RFC 7517 section 5 */
function keys(version: 1 | 2, path: string): Endpoint {
  return {
    method: "GET",
    path,
    async handle(context, request, { tenant: segment = "" }) {
      const exchange = openExchange(context, request);
      const resolved = resolveTenant(context.directory, segment);
      if (resolved.kind === "unknown" || resolved.kind === "malformed") {
        const why = `no tenant "${segment}" exists on this platform; check id and domain`;
        return answerMetadataRefusal(context, exchange, new Refusal("90002:discovery", { tenant: segment }, why));
      }
      const tenantId = resolved.kind === "tenant" ? resolved.tenant.id : sharedIssuerTenant(resolved.alias);
      const issuer = issuerOf(context, tenantId, 2);
      const published = await context.signing.keys.published();
      return answerMetadata(exchange, {
        keys: published.map((key) => webKey(key, version === 2 ? issuer : undefined)),
      });
    },
  };
}

function sharedIssuerTenant(alias: string): string {
  return alias === "consumers" ? consumersTenantId : "{tenantid}";
}

/** Entra: no `alg`, and an `issuer`, which RFC 7517 does not define. */
function webKey({ kid, publicKey, certificate }: SigningKey, issuer: string | undefined): object {
  const { n, e } = publicKey.export({ format: "jwk" });
  return {
    kty: "RSA",
    use: "sig",
    kid,
    x5t: kid,
    n,
    e,
    x5c: [certificate.raw.toString("base64")],
    ...(issuer === undefined ? {} : { issuer }),
  };
}
