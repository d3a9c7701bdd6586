import { resolve } from "node:path";
import {
  AuthError,
  ConfidentialClientApplication,
  type Credential,
  clientCertificate,
  clientSecret,
  protectedApi,
} from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import { UsageError } from "../core/failure.ts";
import { certificatesOf, localAuthority, withAuthorityFile } from "../core/localAuthority.ts";
import { stateDirectory } from "../core/stateDirectory.ts";
import { type Terminal, withoutEscapes } from "../core/terminal.ts";
import { type Parameters, passphraseVariable, readParameters, secretVariable } from "../parameters/parameters.ts";
import { rewordFailure, rewordText } from "../parameters/rewordFailure.ts";
import type { CliCommand } from "./command.ts";

export const run: CliCommand = {
  register(program, terminal) {
    program
      .command("run")
      .summary("run the documented daemon from its parameters.json")
      .description(
        "Gets an app-only token with the credential in a parameters file, calls the endpoint and prints the JSON it returns.",
      )
      .argument("<parameters>", "the JSON file, or - for standard input")
      .option("--all", "follow @odata.nextLink and print all pages as one list")
      .option("--json", "if it fails, print one JSON value on standard output")
      .option(
        "--data-dir <folder>",
        "trust the local platform that uses this data (default: that of latchkey platform)",
      )
      .addHelpText(
        "after",
        `
Keys of the file (null counts as absent):
  authority | oidc_authority   who issues the token; exactly one of them
  client_id, scope, endpoint   the application, a list of scopes, the API address
  secret                       or the variable ${secretVariable}
  thumbprint, private_key_file instead of a secret; with certificate_file no thumbprint is needed
                               (an encrypted key's passphrase: the variable ${passphraseVariable})

Example:
  latchkey run parameters.json`,
      )
      .action((path: string, options: RunOptions) => runDaemon(path, options, terminal));
  },
};

interface RunOptions {
  readonly all?: boolean;
  readonly dataDir?: string;
}

async function runDaemon(path: string, { all = false, dataDir }: RunOptions, terminal: Terminal): Promise<void> {
  const parameters = await readParameters(path, terminal);
  const { authority } = parameters;
  const issuer = "authority" in authority ? authority.authority : authority.oidcAuthority;
  const local = await localAuthority(issuer, resolve(dataDir ?? stateDirectory(terminal.environment)));
  if (dataDir !== undefined && local !== undefined && local.pem === undefined) {
    throw new UsageError(`There is no ${local.file}.`, "Use the data folder of latchkey platform.");
  }
  try {
    await call(parameters, path, all, createFetch({ certificateAuthorities: certificatesOf(local) }), terminal);
  } catch (error) {
    throw rewordFailure(local === undefined ? error : withAuthorityFile(error, local));
  }
}

async function call(
  parameters: Parameters,
  path: string,
  all: boolean,
  fetch: ReturnType<typeof createFetch>,
  terminal: Terminal,
): Promise<void> {
  const { authority } = parameters;
  const app = new ConfidentialClientApplication({
    ...authority,
    clientId: parameters.clientId,
    clientCredential: createCredential(parameters, path, terminal),
    fetch,
  });
  const { endpoint, scopes } = parameters;
  const api = protectedApi(app, { baseUrl: new URL("/", endpoint).href, scopes, fetch });
  const init = { signal: terminal.interrupted };
  if (all) {
    const items: unknown[] = [];
    for await (const page of api.pages<unknown>(endpoint, init)) {
      items.push(...page);
      terminal.err(terminal.style("dim", `${items.length} items so far`));
    }
    print({ value: items }, terminal);
    return;
  }
  const response = await api.json<Record<string, unknown>>(endpoint, init);
  print(response, terminal);
  if (response?.["@odata.nextLink"]) {
    terminal.err("There are more pages; add --all to follow them.");
  }
}

function print(value: unknown, terminal: Terminal): void {
  terminal.out(withoutEscapes(JSON.stringify(value ?? null, null, 2)));
}

function createCredential({ credential }: Parameters, path: string, terminal: Terminal): Credential {
  if (credential.kind === "secret") {
    return clientSecret(credential.secret);
  }
  const { privateKey, thumbprint, certificate } = credential;
  const translated = (error: unknown): unknown =>
    error instanceof AuthError && error.code !== "certificate_expired"
      ? new UsageError(
          `The certificate credential of ${path} cannot be used: ${rewordText(error.message)}`,
          /passphrase/.test(error.message)
            ? `Put the key's passphrase into the variable ${passphraseVariable}.`
            : rewordText(error.remedy),
          { cause: error },
        )
      : error;
  try {
    const sign = clientCertificate({
      privateKey,
      passphrase: terminal.environment[passphraseVariable] || undefined,
      ...(certificate === undefined ? { thumbprint } : { certificate }),
    });
    return async (context) => {
      try {
        return await sign(context);
      } catch (error) {
        throw translated(error);
      }
    };
  } catch (error) {
    throw translated(error);
  }
}
