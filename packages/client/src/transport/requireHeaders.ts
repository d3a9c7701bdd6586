import { ConfigurationError } from "../errors/errors.ts";

/**
 * Rejects, before anything is sent, invalid headers and those that belong to the connection. Values are not shown.
 * @see RFC 9110 section 5.1, section 5.5, section 7.6.1
 */
export function requireHeaders(option: string, headers: Iterable<readonly [string, string]>): void {
  for (const [name, value] of headers) {
    const isName = /^[!#$%&'*+.^_`|~\w-]+$/.test(name);
    if (
      !isName ||
      /[^\t\x20-\x7e\x80-\xff]/.test(value) ||
      /^(host|content-length|transfer-encoding|(proxy-)?connection|keep-alive|te|upgrade|expect)$/i.test(name)
    ) {
      throw new ConfigurationError(`${option} has ${isName ? name : "something"} that cannot be sent as a header.`, {
        code: "invalid_options",
        remedy:
          "Remove control characters, characters beyond Latin-1, and headers that control the connection, such as host.",
      });
    }
  }
}
