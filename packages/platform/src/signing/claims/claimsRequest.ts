import { parseJsonObject } from "../../core/jwt.ts";

/** What the `claims` parameter of a request asks for. @see OpenID Connect Core 1.0 section 5.5 */
export interface ClaimsRequest {
  readonly idToken: readonly string[];
  readonly accessToken: readonly string[];
  /** `xms_cc` contains the capability cp1: the client can handle claims challenges. Letter case does not matter. */
  readonly handlesChallenges: boolean;
}

const nothing: ClaimsRequest = { idToken: [], accessToken: [], handlesChallenges: false };

/** Text that is not a JSON object requests nothing. */
export function readClaimsRequest(text: string | undefined): ClaimsRequest {
  const parsed = text === undefined ? undefined : parseJsonObject(text);
  if (parsed === undefined) {
    return nothing;
  }
  const [idToken, accessToken] = [asObject(parsed["id_token"]), asObject(parsed["access_token"])];
  const capabilities = asObject(accessToken?.["xms_cc"])?.["values"];
  return {
    idToken: Object.keys(idToken ?? {}),
    accessToken: Object.keys(accessToken ?? {}),
    handlesChallenges:
      Array.isArray(capabilities) && capabilities.some((value) => String(value).toLowerCase() === "cp1"),
  };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
