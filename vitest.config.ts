import { defineConfig } from "vitest/config";

const conditions = ["@latchkey/source", "node", "development|production"];

/** One part of the tests, as `npm test` prints them. */
function suite(name: string, include: readonly string[], isolate: boolean) {
  return { extends: true as const, test: { name, include: [...include], isolate } };
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // All cores: the default leaves one for the runner, which on two cores is half of them.
    maxWorkers: "100%",
    // Only for tests that hang: other work on the machine may make the longest ones several times slower.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", ["json", { outputFile: "reports/test.json" }]],
    coverage: { include: ["packages/*/src/**"], reportsDirectory: "coverage" },
    projects: [
      // Their modules hold no state, so a worker loads them once for all its files.
      suite("client", ["packages/client/test/**/*.test.ts"], false),
      suite("platform", ["packages/platform/test/**/*.test.ts"], false),
      suite("cli", ["packages/cli/test/**/*.test.ts"], true),
      suite("test", ["test/**/*.test.ts"], true),
      suite("others", ["{tools,fuzz}/**/*.test.ts", "examples/*.test.ts"], true),
    ],
  },
});
