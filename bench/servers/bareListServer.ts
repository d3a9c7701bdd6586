// The least a list of users can cost over TLS: the same bytes each time, from memory. It checks nothing.
import { randomUUID } from "node:crypto";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { issueServerCertificate, loadAuthority } from "../../packages/platform/dist/tls/devCertificate.js";
import { report } from "./serve.ts";

const authority = loadAuthority(undefined, Date.now());
const { certificate, privateKey } = issueServerCertificate(authority, Date.now());
const value = Array.from({ length: 100 }, (_, index) => ({
  businessPhones: [],
  displayName: `User ${index}`,
  givenName: null,
  jobTitle: null,
  mail: null,
  mobilePhone: null,
  officeLocation: null,
  preferredLanguage: null,
  surname: null,
  userPrincipalName: `user${index}@latchkey.onmicrosoft.com`,
  id: randomUUID(),
}));
const body = JSON.stringify({ value });
const server = createServer({ cert: certificate, key: privateKey }, (_, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;
report({ port, host: `localhost:${port}`, path: "/", form: "", ca: authority.certificate.toString() });
