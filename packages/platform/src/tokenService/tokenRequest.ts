import type { BareExchange } from "../http/exchange.ts";
import type { PlainRequest } from "../http/plainHttp.ts";

/** Where the token endpoints are. */
export const tokenPaths = {
  version2: "/{tenant}/oauth2/v2.0/token",
  version1: "/{tenant}/oauth2/token",
  userFlow: "/{tenant}/{policy}/oauth2/v2.0/token",
};

/** Client id and secret from an `Authorization: Basic` header. */
export interface BasicCredentials {
  readonly clientId: string;
  readonly secret: string;
}

/** A parsed request to a token endpoint that has not been checked. */
export interface TokenRequest {
  /**
   * The version of the endpoint. It decides between `scope` and `resource` and the form of the response, but not the
   * version of the token.
   */
  readonly version: 1 | 2;
  readonly tenantSegment: string;
  /** The user flow of a B2C-shaped authority. */
  readonly userFlow?: string | undefined;
  /** The form. Empty if the body is something else. */
  readonly form: ReadonlyMap<string, string>;
  readonly basic: BasicCredentials | undefined;
  readonly exchange: BareExchange;
}

/** Reads the form of a request; the first of repeated fields counts. Another content type is read as an empty form. */
export async function readForm(request: PlainRequest): Promise<ReadonlyMap<string, string>> {
  const contentType = request.headers.get("content-type") ?? "";
  const text = await request.text();
  const form = new Map<string, string>();
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType)) {
    return form;
  }
  for (const [name, value] of new URLSearchParams(text)) {
    if (!form.has(name)) {
      form.set(name, value);
    }
  }
  return form;
}

/** Both halves are form-encoded before they are joined. @see RFC 6749 section 2.3.1 */
export function readBasicCredentials(request: PlainRequest): BasicCredentials | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (encoded === undefined) {
    return undefined;
  }
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) {
    return undefined;
  }
  return { clientId: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) };
}

/** Clients that do not encode send a bare percent sign; such a text is used as it is. */
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
