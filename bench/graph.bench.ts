// Microsoft Graph over a directory of 100,000 users, in CPU time of the server's process, TLS included.
import { Agent, request } from "node:https";
import { runPaired } from "./pairedRounds.ts";
import { report } from "./report.ts";
import { startServer } from "./serverProcess.ts";

/** What one request may cost. */
const budgetMs = 10;
/** How many lists of 100 users a second of CPU time should give; to miss it is told, and is no failure. */
const targetLists = 2_000;
/** So many that the code for a request is compiled before it is measured. */
const warmUpRequests = 3_000;

const { server, usage, stop } = await startServer("graphServer");
const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: server.ca });

interface Sent {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

function ask(path: string, { method = "GET", headers, body }: Sent): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ agent, host: "localhost", port: server.port, path, method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      answer.once("end", () =>
        answer.statusCode === 200 ? resolve(text) : reject(new Error(`${path}: ${answer.statusCode} ${text}`)),
      );
    });
    asked.once("error", reject).end(body);
  });
}

const formType = { "content-type": "application/x-www-form-urlencoded" };
const { access_token } = JSON.parse(await ask(server.path, { method: "POST", headers: formType, body: server.form }));
const headers = { authorization: `Bearer ${access_token}` };

/** A page from the middle of the directory. */
async function middlePage(): Promise<string> {
  let next = "/v1.0/users?$top=999&$select=id";
  for (let page = 0; page < 50; page += 1) {
    const link = new URL(JSON.parse(await ask(next, { headers }))["@odata.nextLink"]);
    next = link.pathname + link.search;
  }
  return next.replace("$top=999&$select=id", "$top=100");
}

const list = "list of 100 users";
const paths = {
  [list]: "/v1.0/users",
  "100 users in the middle": await middlePage(),
  "page of 999 users": "/v1.0/users?$top=999",
  "userPrincipalName startswith": `/v1.0/users?$filter=${encodeURIComponent("startswith(userPrincipalName,'user77777@')")}`,
  "displayName startswith": `/v1.0/users?$filter=${encodeURIComponent("startswith(displayName,'User 7777')")}`,
  "displayName eq": `/v1.0/users?$filter=${encodeURIComponent("displayName eq 'User 77777'")}`,
};
const contenders = Object.entries(paths).map(([name, path]) => ({
  name,
  async run(times: number) {
    for (let time = 0; time < times; time += 1) await ask(path, { headers });
  },
  cpuMs: async () => (await usage()).cpuMs,
}));
await contenders[0]?.run(warmUpRequests);
const standings = await runPaired(contenders, { rounds: 9, roundMs: 250 });
agent.destroy();
await stop();
report(
  "Microsoft Graph, 100,000 users",
  standings.map(({ name, perCpuSecond }) => ({
    name,
    "requests per CPU second": perCpuSecond,
    "ms CPU per request": 1e3 / perCpuSecond,
  })),
);
for (const { name, perCpuSecond } of standings) {
  const costMs = 1e3 / perCpuSecond;
  if (costMs > budgetMs) {
    console.error(`Over budget: ${name} costs ${costMs.toFixed(1)} ms, ${budgetMs} is the most.`);
    process.exitCode = 1;
  }
  if (name === list && perCpuSecond < targetLists) {
    console.error(
      `Target missed: ${perCpuSecond.toFixed(0)} lists of 100 users per CPU second, ${targetLists} is the target.`,
    );
  }
}
