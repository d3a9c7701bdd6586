import { virtualEnvironment } from "./virtualEnvironment.js";

/** Python clients. */
export const python = virtualEnvironment({
  language: "python",
  packages: "the Python clients",
  program: "python",
});
