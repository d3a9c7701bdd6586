// The size of libraries in a program: bundled, minified and compressed with brotli, all for Node.
import { compressedSize } from "../tools/checks/size.ts";
import { report } from "./report.ts";

const programs = {
  "@latchkey/client, all of it": `export * from "@latchkey/client"; export * as node from "@latchkey/client/node"; export * from "@latchkey/client/opentelemetry";`,
  "@latchkey/client, a daemon with a secret": `export { ConfidentialClientApplication, clientSecret } from "@latchkey/client";`,
  "openid-client": `export * from "openid-client";`,
  "@azure/msal-node": `export * from "@azure/msal-node";`,
  "@azure/identity": `export * from "@azure/identity";`,
};
const rows = [];
for (const [name, contents] of Object.entries(programs)) {
  rows.push({ name, "kB brotli": (await compressedSize(contents)) / 1_000 });
}
report("Size", rows);
