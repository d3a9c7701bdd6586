import { startPlatform } from "../../packages/platform/dist/index.js";
import { registerDaemon } from "./registerDaemon.ts";
import { report, signingKey } from "./serve.ts";

const platform = await startPlatform({ keys: [{ privateKey: signingKey }] });
for (let index = 0; index < 100_000; index++) {
  platform.directory.createUser({
    userPrincipalName: `user${index}@${platform.tenant.domain}`,
    displayName: `User ${index}`,
  });
}
report({ ...registerDaemon(platform), ca: platform.caCertificate });
