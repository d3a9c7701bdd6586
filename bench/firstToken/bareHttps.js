// The same POST with nothing but Node.
import { request } from "node:https";

const { AUTHORITY: authority, CLIENT_ID: clientId = "", CLIENT_SECRET: secret = "" } = process.env;
const body = new URLSearchParams({
  client_id: clientId,
  client_secret: secret,
  grant_type: "client_credentials",
  scope: "https://graph.microsoft.com/.default",
}).toString();
const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(body) };
const outgoing = request(`${authority}/oauth2/v2.0/token`, { method: "POST", headers }, async (answer) => {
  let text = "";
  for await (const chunk of answer.setEncoding("utf8")) {
    text += chunk;
  }
  const { access_token: accessToken } = JSON.parse(text);
  const { user, system } = process.cpuUsage();
  process.stdout.write(JSON.stringify({ cpuMs: (user + system) / 1_000, length: accessToken.length }));
});
outgoing.end(body);
