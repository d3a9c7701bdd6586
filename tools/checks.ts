import type { Check } from "./checkContract.ts";
import { api } from "./checks/api.ts";
import { build } from "./checks/build.ts";
import { deadCode } from "./checks/deadCode.ts";
import { dependencies } from "./checks/dependencies.ts";
import { docExamples } from "./checks/docExamples.ts";
import { errorsGuide } from "./checks/errorsGuide.ts";
import { importCost } from "./checks/importCost.ts";
import { lint } from "./checks/lint.ts";
import { lockFile } from "./checks/lockFile.ts";
import { packaging } from "./checks/packaging.ts";
import { publishing } from "./checks/publishing.ts";
import { runtimes } from "./checks/runtimes.ts";
import { size } from "./checks/size.ts";
import { specs } from "./checks/specs.ts";
import { types } from "./checks/types.ts";

/** Everything `npm run check` does, cheapest first. */
export const checks: readonly Check[] = [
  lockFile,
  specs,
  errorsGuide,
  lint,
  build,
  types,
  docExamples,
  deadCode,
  dependencies,
  size,
  api,
  packaging,
  publishing,
  runtimes,
  importCost,
];
