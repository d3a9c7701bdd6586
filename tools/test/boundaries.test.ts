import { expect, test } from "vitest";
import { refusedImports } from "../checks/boundaries.ts";
import { mayImport } from "../checks/mayImport.ts";

const client = "packages/client/src";
const platform = "packages/platform/src";

/** An import to try in a file, and whether it is allowed. */
const imports: readonly (readonly [file: string, specifier: string, verdict: "allowed" | "refused"])[] = [
  [`${client}/index.ts`, "./confidentialClientApplication.ts", "allowed"],
  [`${client}/index.ts`, "./node/transport.ts", "refused"],
  [`${client}/publicClientApplication.ts`, "./flows/silent.ts", "allowed"],
  [`${client}/publicClientApplication.ts`, "./index.ts", "refused"],
  [`${client}/publicClientApplication.ts`, "@latchkey/platform", "refused"],
  [`${client}/publicClientApplication.ts`, "node:fs", "refused"],
  [`${client}/flows/planted.ts`, "../credentials/credential.ts", "refused"],
  [`${client}/flows/planted.ts`, "../confidentialClientApplication.ts", "refused"],
  [`${client}/flows/planted.ts`, "../clientContext.ts", "refused"],
  [`${client}/tokenEndpoint/planted.ts`, "../acquisition/acquisition.ts", "refused"],
  [`${client}/api/planted.ts`, "../transport/http.ts", "refused"],
  [`${client}/credentials/planted.ts`, "../crypto/jwt.ts", "allowed"],
  [`${client}/credentials/planted.ts`, "../tokenCache/tokenCache.ts", "refused"],
  [`${client}/tokenCache/planted.ts`, "../flows/silent.ts", "refused"],
  [`${client}/transport/planted.ts`, "#transport", "allowed"],
  [`${client}/authority/planted.ts`, "#transport", "refused"],
  [`${client}/runtime/planted.ts`, "./clock.ts", "allowed"],
  [`${client}/runtime/planted.ts`, "node:process", "refused"],
  [`${client}/errors/errors.ts`, "../runtime/clock.ts", "refused"],
  [`${client}/node/planted.ts`, "node:https", "allowed"],
  [`${client}/node/planted.ts`, "./index.ts", "refused"],
  [`${client}/telemetry/openTelemetry.ts`, "@opentelemetry/api", "allowed"],
  [`${client}/api/telemetry.ts`, "@opentelemetry/api", "refused"],
  [`${platform}/server/planted.ts`, "../graph/context.ts", "allowed"],
  [`${platform}/graph/users/planted.ts`, "../../server/platformContext.ts", "refused"],
  [`${platform}/graph/users/planted.ts`, "@latchkey/client", "refused"],
  [`${platform}/graph/users/planted.ts`, "../../../../client/src/errors/errors.ts", "refused"],
  [`${platform}/portal/users/planted.ts`, "../../directory/users/users.ts", "allowed"],
  [`${platform}/portal/users/planted.ts`, "../../graph/users/users.ts", "refused"],
  [`${platform}/directory/planted.ts`, "hono", "refused"],
  ["packages/cli/src/commands/planted.ts", "@latchkey/client/node", "allowed"],
  ["packages/cli/src/commands/planted.ts", "../main.ts", "refused"],
];

test.each(imports)("%s importing %s is %s", (file, specifier, verdict) => {
  const refused = refusedImports(file, `import { x } from "${specifier}";`);
  expect(refused.length).toBe(verdict === "refused" ? 1 : 0);
});

test.each([
  `import type { X } from "../graph/users/users.ts";`,
  `import "../graph/users/users.ts";`,
  `export { x } from "../graph/users/users.ts";`,
  `export type * from "../graph/users/users.ts";`,
  `const x = await import("../graph/users/users.ts");`,
  `let x: import("../graph/users/users.ts").X;`,
])("finds an import written as %s", (text) => {
  expect(refusedImports(`${platform}/portal/planted.ts`, text)).toEqual([
    expect.stringContaining("/portal/planted.ts imports ../graph/users/users.ts"),
  ]);
});

test("ignores comments and strings that look like imports", () => {
  const text = `/** import x from "../graph/a.ts" */ export const x = 'import y from "../graph/b.ts"';`;
  expect(refusedImports(`${platform}/portal/planted.ts`, text)).toEqual([]);
});

test.each(Object.entries(mayImport))(
  "no room of %s may import a room that may import it, directly or indirectly",
  (_, rooms) => {
    const nextOf = (room: string): string[] => (rooms[room] ?? "").split(" ").filter((each) => each in rooms);
    for (const room of Object.keys(rooms)) {
      const reached = new Set(nextOf(room));
      for (const each of reached) {
        nextOf(each).forEach((next) => void reached.add(next));
      }
      expect(reached, room).not.toContain(room);
    }
  },
);
