import { typeOf } from "../api/checks/optionTypes.ts";
import { ConfigurationError } from "../errors/errors.ts";

/**
 * The fields of a response in any form that a framework provides, recognized by structure, since its class may be of
 * another realm. If a field appears twice, the first one counts, so that an attacker cannot append another.
 *
 * @throws {@link ConfigurationError} `invalid_options`, naming the type of an invalid value
 */
export async function fieldsOf(given: unknown): Promise<URLSearchParams> {
  let cause: unknown;
  try {
    const fields = await read(given);
    if (fields) {
      return fields;
    }
  } catch (error) {
    cause = error;
  }
  throw new ConfigurationError(`response is of type ${typeOf(given)}, from which no sign-in response can be read.`, {
    code: "invalid_options",
    remedy: "Pass the address at which the browser arrived, the posted form (not read yet), or the fields of either.",
    cause,
  });
}

async function read(given: unknown): Promise<URLSearchParams | undefined> {
  if (typeof given === "string") {
    return readText(given);
  }
  if (typeof given !== "object" || given === null) {
    return undefined;
  }
  const { search, hash, url, method, body, text, get, entries } = given as Readonly<Record<string, unknown>>;
  if (typeof search === "string" && typeof hash === "string") {
    return readText(search.length > 1 ? search : hash);
  }
  if (typeof url === "string" && typeof method === "string") {
    if (/^(get|head)$/i.test(method)) {
      return readText(url);
    }
    return read(typeof text === "function" ? await text.call(given) : body);
  }
  if (typeof get === "function" && typeof entries === "function") {
    return readPairs(entries.call(given));
  }
  const parent: unknown = Object.getPrototypeOf(given);
  const isPlain = parent === null || Object.getPrototypeOf(parent) === null;
  const isFlat = Object.values(given).every((value) => typeof value !== "object" || Array.isArray(value));
  // Class instances and nested objects are not responses, unless they contain a response's fields.
  return (isPlain && isFlat) || "state" in given ? readPairs(Object.entries(given)) : undefined;
}

/** A URL, a part of one, or a form; also a path, as in Node's `request.url`. */
function readText(text: string): URLSearchParams {
  const base = "https://localhost";
  if (!/^([a-z][\w+.-]*:)?\//i.test(text) || !URL.canParse(text, base)) {
    return new URLSearchParams(text.replace(/^[?#]/, ""));
  }
  const { search, hash } = new URL(text, base);
  return new URLSearchParams(search.length > 1 ? search : hash.slice(1));
}

function readPairs(pairs: Iterable<[unknown, unknown]>): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [name, value] of pairs) {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first === "string") {
      fields.append(String(name), first);
    }
  }
  return fields;
}
