import { readFileSync } from "node:fs";

/** The documented keys, as the scenarios write them. */
export interface DaemonParameters {
  readonly authority: string;
  readonly client_id: string;
  readonly scope: string[];
  readonly endpoint: string;
  readonly secret?: string;
  readonly thumbprint?: string;
  readonly private_key_file?: string;
  readonly certificate_file?: string;
}

/** The output of a client's program for one parameters file. */
export interface Outcome {
  readonly sources?: string[];
  readonly status?: number;
  readonly users?: number;
  readonly error?: string | undefined;
  readonly error_codes?: number[] | undefined;
}

/** Whether every client knows the authority, so that no opt-out from asking Microsoft about it is needed. */
export function isMicrosoftAuthority(authority: string): boolean {
  return new URL(authority).host === "login.microsoftonline.com";
}

/** Runs a daemon for each file on the command line and prints one line of JSON for each. */
export async function runEach(daemon: (parameters: DaemonParameters) => Promise<Outcome>): Promise<void> {
  for (const path of process.argv.slice(2)) {
    const outcome = await daemon(JSON.parse(readFileSync(path, "utf8")) as DaemonParameters);
    print(outcome);
  }
}

/** Prints a line of JSON. */
export function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Returns the name of a token's user, from Graph. */
export async function whoAmI(accessToken: string): Promise<string> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const response = await fetch("https://graph.microsoft.com/v1.0/me", { headers });
  return ((await response.json()) as { userPrincipalName: string }).userPrincipalName;
}

/** Lists the endpoint's users with a token, page by page. */
export async function listUsers(endpoint: string, accessToken: string): Promise<Omit<Outcome, "sources">> {
  let users = 0;
  for (let url: string | undefined = endpoint; url !== undefined; ) {
    const response = await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } });
    const body = (await response.json()) as {
      value: unknown[];
      error?: { code: string };
      "@odata.nextLink"?: string;
    };
    if (response.status !== 200) {
      return { status: response.status, error: body.error?.code };
    }
    users += body.value.length;
    url = body["@odata.nextLink"];
  }
  return { status: 200, users };
}
