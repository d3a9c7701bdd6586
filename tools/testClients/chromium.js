import { existsSync } from "node:fs";

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
 * The browser that the pages are tried in. It is found, not installed: its updates are the system's affair.
 *
 * @type {import("../testClients.js").TestClientLanguage}
 */
export const chromium = {
  language: "chromium",
  command: () => found() ?? "",
  missing: () =>
    found() === undefined ? "Chromium was not found; install it, or name its program in CHROMIUM_PATH" : undefined,
  setUp: () => ({
    title: "Looking for Chromium",
    isDone: () => found() !== undefined,
    run: async () => undefined,
  }),
};

/** @returns {string | undefined} */
function found() {
  return places.find((place) => place !== "" && existsSync(place));
}
