import { startPlatform } from "@latchkey/platform";
import { describe, expect, test } from "vitest";

describe("the tenant option", () => {
  test.each(["fabrikam.example", "Fabrikam.EXAMPLE", "fabrikam.onmicrosoft.com"])(
    "accepts the domain %s",
    async (domain) => {
      const platform = await startPlatform({ tenant: { domain } });
      expect(platform.tenant.domain).toBe(domain);
      await platform.stop();
    },
  );

  test.each([
    [{ id: "x" }, /tenant\.id is "x"; give a GUID/],
    [{ domain: "fabrikam" }, /tenant\.domain is "fabrikam"; give a name such as/],
    [{ domain: "v1.0" }, /tenant\.domain is "v1.0"; give a name such as/],
  ])("refuses %j by name", async (tenant, message) => {
    await expect(startPlatform({ tenant })).rejects.toThrow(message);
  });
});
