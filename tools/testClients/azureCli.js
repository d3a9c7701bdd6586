import { virtualEnvironment } from "./virtualEnvironment.js";

/** Azure CLI, which is a Python package, too. Compiling all of it takes longer than everything the tests run of it. */
export const azureCli = virtualEnvironment({
  language: "azureCli",
  packages: "Azure CLI, 700 MB",
  program: "az",
  isLarge: true,
  pipOptions: ["--no-compile"],
});
