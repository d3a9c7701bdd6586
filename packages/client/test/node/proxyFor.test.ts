import { describe, expect, test } from "vitest";
import { proxyFor } from "../../src/node/proxy.ts";

const proxy = "http://proxy.test:3128";
const via = (url: string, environment: Record<string, string>): string | undefined =>
  proxyFor(new URL(url), environment)?.href;

describe("the proxy for an address", () => {
  test.each([
    ["HTTPS_PROXY", "https://login.test/", { HTTPS_PROXY: proxy }, `${proxy}/`],
    [
      "https_proxy before HTTPS_PROXY",
      "https://login.test/",
      { https_proxy: proxy, HTTPS_PROXY: "http://b.test" },
      `${proxy}/`,
    ],
    ["HTTP_PROXY for http alone", "http://login.test/", { HTTP_PROXY: proxy }, `${proxy}/`],
    ["not HTTP_PROXY for https", "https://login.test/", { HTTP_PROXY: proxy }, undefined],
    ["an address without scheme", "https://login.test/", { HTTPS_PROXY: "proxy.test:3128" }, `${proxy}/`],
    ["a proxy reached by https", "https://login.test/", { HTTPS_PROXY: "https://proxy.test" }, "https://proxy.test/"],
    ["none when it is empty", "https://login.test/", { HTTPS_PROXY: "" }, undefined],
    ["none for localhost", "https://localhost:8443/", { HTTPS_PROXY: proxy }, undefined],
    ["none for 127.0.0.1", "https://127.0.0.1:8443/", { HTTPS_PROXY: proxy }, undefined],
    ["none for 127.1.2.3", "https://127.1.2.3/", { HTTPS_PROXY: proxy }, undefined],
    ["none for the instance metadata", "http://169.254.169.254/metadata", { HTTP_PROXY: proxy }, undefined],
    ["none for ::1", "https://[::1]:8443/", { HTTPS_PROXY: proxy }, undefined],
  ])("is %s", (_, url, environment, expected) => {
    expect(via(url, environment)).toBe(expected);
  });

  test.each([
    ["*", "https://login.test/", true],
    ["login.test", "https://login.test/", true],
    ["LOGIN.test", "https://login.test/", true],
    ["test", "https://login.test/", true],
    [".test", "https://login.test/", true],
    ["*.test", "https://login.test/", true],
    ["gin.test", "https://login.test/", false],
    ["login.test:443", "https://login.test/", true],
    ["login.test:8443", "https://login.test/", false],
    ["a.test, b.test login.test", "https://login.test/", true],
    ["login.test.evil", "https://login.test/", false],
    [",,", "https://login.test/", false],
  ])("is bypassed with NO_PROXY=%s for %s: %s", (noProxy, url, exempt) => {
    expect(via(url, { HTTPS_PROXY: proxy, NO_PROXY: noProxy }) === undefined).toBe(exempt);
  });

  test("is refused when it is not a proxy's address, without being shown", () => {
    expect(() => via("https://login.test/", { HTTPS_PROXY: "socks5://user:canary@proxy.test" })).toThrow(
      /^The proxy in HTTPS_PROXY or HTTP_PROXY is not an http or https address\.$/,
    );
  });
});
