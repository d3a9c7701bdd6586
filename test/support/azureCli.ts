import { decodeJwt, type JWTPayload } from "jose";
import { testClient } from "../../tools/support/testClients.ts";
import type { Ended } from "./runProgram.ts";

/** Both versions, with their differences. */
export const azureCliVersions = [
  { name: "Azure CLI of PyPI", az: testClient("azureCli"), certificateOption: "--certificate", warnsOfPasswords: true },
  // It takes the certificate's file as a password.
  {
    name: "Azure CLI of Debian",
    az: testClient("azureCliDebian"),
    certificateOption: "--password",
    warnsOfPasswords: false,
  },
].map(({ az, ...each }) => ({
  ...each,
  command: az.kind === "ready" ? az.command : "",
  isMissing: az.kind === "missing",
  reason: az.kind === "missing" ? ` (skipped: ${az.reason})` : "",
}));

/** Its first start compiles what it needs. */
export const azTimeoutMs = 120_000;

/** How `az` ended, with the JSON that it printed. */
export interface AzEnded extends Ended {
  readonly value: unknown;
}

export function readValue(ended: Ended): AzEnded {
  return { ...ended, value: ended.exitCode === 0 && ended.out !== "" ? JSON.parse(ended.out) : undefined };
}

/** What a signed-in user does next: lists the accounts, gets a token, calls Graph, lists the users. */
export async function useAz(
  run: (...args: readonly string[]) => Promise<AzEnded>,
  graphPath: string,
): Promise<{ accounts: unknown; claims: JWTPayload; answer: unknown; users: unknown }> {
  const accounts = (await run("account", "list")).value;
  const token = (await run("account", "get-access-token")).value as { accessToken: string };
  const response = (await run("rest", "--url", `https://graph.microsoft.com/v1.0/${graphPath}`)).value;
  const users = (await run("ad", "user", "list")).value;
  return { accounts, claims: decodeJwt(token.accessToken), answer: response, users };
}
