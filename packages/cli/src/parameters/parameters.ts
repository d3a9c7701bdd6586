import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import * as v from "valibot";
import { UsageError } from "../core/failure.ts";
import type { Terminal } from "../core/terminal.ts";
import { jsonMistake } from "./jsonMistake.ts";
import { suggestKey } from "./suggestKey.ts";

const absent = v.nullish(v.string());

/** The documented keys of `parameters.json`; `null` counts as absent. */
const schema = v.strictObject({
  note: v.nullish(v.unknown()),
  authority: absent,
  oidc_authority: absent,
  client_id: v.pipe(v.string(), v.nonEmpty("is empty")),
  scope: v.pipe(v.array(v.pipe(v.string(), v.nonEmpty("is empty"))), v.nonEmpty("names no scope")),
  endpoint: v.pipe(v.string(), v.check(isSafeEndpoint, "is neither https nor on this machine")),
  secret: absent,
  thumbprint: absent,
  private_key_file: absent,
  certificate_file: absent,
});

/** What each key is for. This is the remedy if the key is missing or wrong. */
const meanings: Readonly<Record<string, string>> = {
  note: "a comment",
  authority: 'the tenant\'s sign-in address, such as "https://login.microsoftonline.com/contoso.onmicrosoft.com"',
  oidc_authority: "instead of authority, the issuer of another OpenID Connect provider",
  client_id: "the application (client) id shown by the registration",
  scope: 'a list with one scope, such as ["https://graph.microsoft.com/.default"]',
  endpoint: 'the API address to call, such as "https://graph.microsoft.com/v1.0/users"',
  secret: "the client secret's value",
  thumbprint: "the certificate's SHA-1 thumbprint, 40 hexadecimal digits",
  private_key_file: "the PEM file of the private key, relative to this file",
  certificate_file: "the PEM file of the certificate, relative to this file",
};

/** The input of `latchkey run`. */
export interface Parameters {
  readonly authority: { readonly authority: string } | { readonly oidcAuthority: string };
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly endpoint: string;
  readonly credential:
    | { readonly kind: "secret"; readonly secret: string }
    | {
        readonly kind: "certificate";
        readonly privateKey: string;
        readonly thumbprint: string | undefined;
        readonly certificate: string | undefined;
      };
}

/** Environment variables for the secret and the key's passphrase, instead of a file. */
export const secretVariable = "LATCHKEY_CLIENT_SECRET";
export const passphraseVariable = "LATCHKEY_KEY_PASSPHRASE";

/** Reads and checks a parameters file (`-`: standard input); throws a {@link UsageError} that names each wrong key. */
export async function readParameters(path: string, terminal: Terminal): Promise<Parameters> {
  const text =
    path === "-" ? (await terminal.readStandardInput()).replace(/^\uFEFF/, "") : await readText(path, "the parameters");
  const found = parse(text, path);
  const { authority, oidc_authority: oidcAuthority } = found;
  if (authority && oidcAuthority) {
    throw new UsageError(
      `${path} sets both authority and oidc_authority.`,
      "Keep one and change the other to null: authority for Entra ID, oidc_authority for another OpenID Connect issuer.",
    );
  }
  if (!authority && !oidcAuthority) {
    throw new UsageError(
      `${path} sets neither authority nor oidc_authority.`,
      `Set authority: ${meanings["authority"]}.`,
    );
  }
  if (found.secret && path !== "-") {
    await warnIfShared(path, "a secret", terminal);
  }
  return {
    authority: oidcAuthority ? { oidcAuthority } : { authority: authority ?? "" },
    clientId: found.client_id,
    scopes: found.scope,
    endpoint: found.endpoint,
    credential: await readCredential(found, path, terminal),
  };
}

type Found = v.InferOutput<typeof schema>;

function parse(text: string, path: string): Found {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (text.trim() === "") {
      throw new UsageError(`${path} is empty.`, "Add the keys to it: latchkey run --help.");
    }
    // The parser's own message quotes the text.
    const { line, column, what, remedy } = jsonMistake(text);
    throw new UsageError(`${path} is not JSON: line ${line}, column ${column} ${what}.`, remedy);
  }
  if (Array.isArray(value)) {
    throw new UsageError(`${path} contains a list, not an object.`, `Put the keys inside { }.`);
  }
  const result = v.safeParse(schema, value);
  if (!result.success) {
    const [first] = result.issues;
    // A key with a wrong name explains a missing one.
    const clearest = result.issues.find((issue) => suggestionFor(issue) !== undefined) ?? first;
    throw new UsageError(`${path}: ${result.issues.map(describeIssue).join("; ")}.`, remedyFor(clearest));
  }
  const unfilled = Object.entries(result.output).find(([, field]) => /^(.*\/)?Enter_/.test(String(field)));
  if (unfilled) {
    throw new UsageError(
      unfilled[0] === "secret"
        ? `${path}: secret still holds the sample's placeholder.`
        : `${path}: ${unfilled[0]} still holds the sample's placeholder ${JSON.stringify(unfilled[1])}.`,
      `Replace it: ${meanings[unfilled[0]]}.`,
    );
  }
  return result.output;
}

function describeIssue(issue: v.InferIssue<typeof schema>): string {
  const key = v.getDotPath(issue);
  if (key === null) {
    return `it contains ${issue.received}, not an object`;
  }
  if (isUnknownKey(issue)) {
    return `${safeName(key)} is unknown`;
  }
  if (issue.received === "undefined") {
    return `${key} is missing`;
  }
  if (issue.kind === "validation") {
    return `${key} ${issue.message}`;
  }
  return `${key} is of type ${describeType(issue.input)}, not ${issue.expected.toLowerCase()}`;
}

function describeType(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

function isUnknownKey(issue: v.InferIssue<typeof schema>): boolean {
  return issue.type === "strict_object" && issue.expected === "never";
}

/** If key and value were swapped, the key is a secret. */
function safeName(key: string): string {
  return /^\w{1,30}$/.test(key) ? key : "one of its keys";
}

/** Returns the key that was intended by an unknown one. */
function suggestionFor(issue: v.InferIssue<typeof schema>): string | undefined {
  return isUnknownKey(issue) ? suggestKey(v.getDotPath(issue) ?? "", Object.keys(schema.entries)) : undefined;
}

function remedyFor(issue: v.InferIssue<typeof schema>): string {
  const path = v.getDotPath(issue);
  const suggestion = suggestionFor(issue);
  if (suggestion === "tenant") {
    return `Put the tenant into authority, as in "https://login.microsoftonline.com/contoso.onmicrosoft.com", and remove ${path}.`;
  }
  if (suggestion !== undefined) {
    return `Replace ${path} with ${suggestion}: ${meanings[suggestion]}.`;
  }
  const key = path?.split(".")[0];
  if (key === undefined || isUnknownKey(issue)) {
    return `Use only these keys: ${Object.keys(schema.entries).join(", ")}.`;
  }
  return issue.received === "undefined" ? `Add ${key}: ${meanings[key]}.` : `Correct ${key}: ${meanings[key]}.`;
}

async function readCredential(found: Found, path: string, terminal: Terminal): Promise<Parameters["credential"]> {
  const { secret, thumbprint, private_key_file: keyFile, certificate_file: certificateFile } = found;
  if (secret && keyFile) {
    throw new UsageError(`${path} sets both secret and private_key_file.`, "Keep one and change the other to null.");
  }
  if (keyFile) {
    if (!thumbprint && !certificateFile) {
      throw new UsageError(
        `${path} sets private_key_file without thumbprint.`,
        `Add thumbprint: ${meanings["thumbprint"]}; or certificate_file: ${meanings["certificate_file"]}.`,
      );
    }
    const base = path === "-" ? "." : dirname(path);
    const keyPath = resolve(base, keyFile);
    const privateKey = await readText(keyPath, "private_key_file");
    if (privateKey.includes("PRIVATE KEY")) {
      await warnIfShared(keyPath, "a private key", terminal);
    }
    const certificate = certificateFile
      ? await readText(resolve(base, certificateFile), "certificate_file")
      : undefined;
    return { kind: "certificate", privateKey, thumbprint: thumbprint ?? undefined, certificate };
  }
  const value = secret || terminal.environment[secretVariable];
  if (!value) {
    throw new UsageError(
      secret === "" ? `${path}: secret is empty.` : `${path} sets neither secret nor private_key_file.`,
      `Add secret: ${meanings["secret"]}; or put it into the variable ${secretVariable}; or add thumbprint and private_key_file.`,
    );
  }
  return { kind: "secret", secret: value };
}

async function readText(path: string, what: string): Promise<string> {
  try {
    return decode(await readFile(path));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason =
      code === "ENOENT"
        ? "there is no such file"
        : code === "EACCES"
          ? "permission was denied"
          : code === "EISDIR"
            ? "it is a folder"
            : message;
    throw new UsageError(`Cannot read ${what} from ${path}: ${reason}.`, "Check the path and the file's permissions.", {
      cause,
    });
  }
}

/** Decodes UTF-8, or the encoding that PowerShell and Windows editors mark with a byte order mark, which is removed. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

/** The permission bits of Windows do not have this meaning. */
async function warnIfShared(path: string, what: string, terminal: Terminal): Promise<void> {
  if (process.platform === "win32") {
    return;
  }
  const { mode } = await stat(path);
  if ((mode & 0o077) === 0) {
    return;
  }
  terminal.err(
    `${terminal.style("yellow", "Warning:")} ${path} holds ${what} and others on this machine can read it; run: chmod 600 ${path}`,
  );
}

function isSafeEndpoint(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:") {
    return true;
  }
  return (
    url?.protocol === "http:" &&
    (/^127(\.\d{1,3}){3}$/.test(url.hostname) || ["localhost", "[::1]"].includes(url.hostname))
  );
}
