import { readFileSync } from "node:fs";
import { DeviceCodeCredential } from "@azure/identity";
import { print, whoAmI } from "./parameters.ts";

const { authority, client_id: clientId, scope } = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
const credential = new DeviceCodeCredential({
  tenantId: new URL(authority).pathname.slice(1),
  clientId,
  userPromptCallback: ({ userCode, verificationUri }) =>
    print({ user_code: userCode, verification_uri: verificationUri }),
});
try {
  const first = await credential.getToken(scope);
  const second = await credential.getToken(scope);
  const sources = ["identity_provider", first.token === second.token ? "cache" : "identity_provider"];
  print({ sources, user: await whoAmI(first.token) });
} catch (error) {
  // It preserves OAuth's code, and loses the token service's.
  print({ error: /: (\w+)$/.exec(String(error))?.[1] });
}
