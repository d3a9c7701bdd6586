import { defineConfig } from "vitest/config";

const source = ["@latchkey/source"];

export default defineConfig({
  resolve: { conditions: [...source, "node", "development|production"] },
  ssr: { resolve: { conditions: [...source, "node", "development|production"] } },
  test: {
    include: [
      "packages/*/test/**/*.test.ts",
      "test/**/*.test.ts",
      "tools/**/*.test.ts",
      "examples/*.test.ts",
      "fuzz/*.test.ts",
    ],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    reporters: ["default", ["json", { outputFile: "reports/test.json" }]],
    coverage: { include: ["packages/*/src/**"], reportsDirectory: "coverage" },
  },
});
