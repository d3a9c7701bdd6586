import { type Random, randomBase64url } from "../../core/random.ts";
import { guidBytes } from "../../directory/permissionGrants/permissionGrants.ts";

/** `aio`: internal to the token service, shaped like the real one. */
export function opaqueData(random: Random): string {
  return `k2RgY${Buffer.from(random.bytes(27)).toString("base64")}AA==`;
}

/** `rh`: where the token service would find the tenant and the API. */
export function routingHint(tenantId: string, resourceAppId: string, random: Random): string {
  const head = Uint8Array.of(1, ...random.bytes(1), 0);
  return `1.${Buffer.concat([head, guidBytes(tenantId), guidBytes(resourceAppId)]).toString("base64url")}AAA.`;
}

/** `uti`: the id of the token. */
export function uniqueTokenId(random: Random): string {
  return randomBase64url(random, 16);
}
