import { adminConsentUrl } from "../authority/adminConsentUrl.ts";
import type { Authority } from "../authority/authority.ts";
import { type AadstsMeaning, aadstsNumber, interpret } from "../errors/aadsts.ts";
import { InteractionRequiredError, ServerError } from "../errors/errors.ts";
import { parseObject } from "../runtime/json.ts";
import { type Mask, quoteForeign } from "../transport/foreignText/foreignText.ts";

/** An OAuth error response: from the token endpoint, the device endpoint or the redirect URI. */
export interface Refusal {
  readonly body: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly aadsts: number | undefined;
  readonly meaning: AadstsMeaning;
}

/** The refused request, for the placeholders of remedies and for masking. */
export interface RefusedRequest {
  readonly clientId: string;
  readonly authority: Authority;
  readonly scopes: readonly string[];
  readonly correlationId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** Identifies the key of the assertion that was sent. */
  readonly keyName?: string | undefined;
  /** Whether the secret looks like a secret's id. */
  readonly looksLikeId?: boolean | undefined;
  readonly mask: Mask;
  /** The message to use if the response contains none. */
  readonly fallbackMessage: string;
}

/** Interprets the error response to a grant. @see RFC 6749 section 5.2 */
export function readRefusal(
  body: Readonly<Record<string, unknown>>,
  status: number,
  grantType?: string | undefined,
): Refusal {
  const aadsts = aadstsNumber(body);
  const { error, suberror, error_description: description } = body;
  const response = {
    aadsts,
    description: text(description),
    error: text(error),
    subError: text(suberror),
    status,
    grantType,
  };
  return { body, status, aadsts, meaning: interpret(response) };
}

/** The error for a refusal: the service's message, masked, and what to do about it. */
export function refusalError({ body, status, aadsts, meaning }: Refusal, refused: RefusedRequest): ServerError {
  const { authority, clientId, scopes, mask } = refused;
  const quoted = (name: string): string | undefined => {
    const value = text(body[name]);
    return value === undefined ? undefined : quoteForeign(value, mask);
  };
  const slots: Readonly<Record<string, string>> = {
    clientId,
    tenant: authority.tenant ?? authority.url,
    authority: authority.url,
    scopes: scopes.join(" "),
    thumbprint: refused.keyName ?? "of your certificate",
    consentUrl: adminConsentUrl(authority, clientId) ?? "the administrator's consent page",
  };
  const remedy = meaning.remedy.replace(/\{(\w+)\}/g, (slot, name: string) => slots[name] ?? slot);
  const error = quoted("error");
  const details = {
    code: meaning.code,
    remedy: refused.looksLikeId ? remedy.replace("not its id", "not its id: what was sent looks like the id") : remedy,
    aadsts,
    correlationId: quoted("correlation_id") ?? refused.correlationId,
    retryable: meaning.retryable ?? false,
    status,
    error,
    subError: quoted("suberror"),
    retryAfterMs: refused.retryAfterMs,
  };
  const message = quoted("error_description") ?? refused.fallbackMessage;
  const challenge = text(body["claims"]);
  // Passed on unchanged, or not at all if they are invalid or repeat a secret.
  const isPublic = challenge !== undefined && parseObject(challenge) && mask(challenge, false) === challenge;
  const claims = isPublic ? challenge : undefined;
  return meaning.interactive || challenge !== undefined
    ? new InteractionRequiredError(message, { ...details, claims })
    : new ServerError(message, details);
}

/** A non-empty string. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
