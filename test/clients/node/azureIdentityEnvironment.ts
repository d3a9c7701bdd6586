import { DefaultAzureCredential, EnvironmentCredential, WorkloadIdentityCredential } from "@azure/identity";
import { decodeJwt } from "jose";
import { listUsers, print } from "./parameters.ts";

/** Credentials that read everything from the environment. */
const credentials = { DefaultAzureCredential, EnvironmentCredential, WorkloadIdentityCredential };

for (const name of process.argv.slice(2)) {
  const Credential = credentials[name as keyof typeof credentials];
  let outcome: object;
  try {
    const { token } = await new Credential().getToken("https://graph.microsoft.com/.default");
    const { users } = await listUsers("https://graph.microsoft.com/v1.0/users", token);
    outcome = { users, proof: decodeJwt(token)["appidacr"] };
  } catch (error) {
    outcome = { error: (error as Error).name, code: Number(/AADSTS(\d+)/.exec(String(error))?.[1]) };
  }
  print({ credential: name, ...outcome });
}
