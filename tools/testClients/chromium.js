import { existsSync } from "node:fs";
import { install, mayInstall } from "./debianPackages.js";

/** Where systems and people put it; the first that exists is used. */
const places = [
  process.env["CHROMIUM_PATH"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/**
 * The browser that the pages are tried in. On a person's machine it is found and not installed: its updates are the
 * system's affair. A machine of CI's that has Debian's packages is given theirs.
 *
 * @type {import("../testClients.js").TestClientLanguage}
 */
export const chromium = {
  language: "chromium",
  command: () => found() ?? "",
  missing: () =>
    found() === undefined && !mayInstall()
      ? "Chromium was not found; install it, or name its program in CHROMIUM_PATH"
      : undefined,
  setUp: (root) => ({
    title: "Installing Chromium (first run only)",
    isDone: () => found() !== undefined,
    run: async () => {
      await install("chromium", root);
      return undefined;
    },
  }),
};

/** @returns {string | undefined} */
function found() {
  return places.find((place) => place !== "" && existsSync(place));
}
