import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { userInfoEndpoints, userInfoVersion1 } from "../../../src/graph/userInfo/userInfo.ts";
import { endpoints } from "../../../src/tokenService/endpoints/endpoints.ts";
import { signInEndpoints } from "../../../src/tokenService/endpoints/signInEndpoints.ts";

let platform: Platform;
const named: (string | undefined)[] = [];
beforeAll(async () => {
  platform = await startPlatform();
  platform.on("beforeResponse", ({ endpoint }) => void named.push(endpoint));
});
afterAll(() => platform.stop());

const pagesOfTheirOwn = ["/devicelogin", "/error"];
const paths = [...endpoints, ...signInEndpoints, ...userInfoEndpoints, userInfoVersion1].map(({ path }) => path);

test.each([...new Set(paths)].filter((path) => !pagesOfTheirOwn.includes(path)))(
  "a rule can name the endpoint at %s, in upper or lower case",
  async (path) => {
    await platform.fetch(new Request(`${platform.url}${path.replace(/\{\w+\}/g, "common").toUpperCase()}`));
    expect(named.at(-1)).toEqual(expect.any(String));
  },
);

test("no rule can name a page that is not one of the token service's endpoints", async () => {
  for (const path of pagesOfTheirOwn) {
    await platform.fetch(new Request(`${platform.url}${path}`));
    expect(named.at(-1)).toBeUndefined();
  }
});
