import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerDevicePage } from "./support/devicePage.ts";
import { makeQuickstartFolder, type QuickstartFolder, reasonFor } from "./support/quickstartFolder.ts";

const timeoutMs = 60_000;
let platform: Platform;
let folder: QuickstartFolder;
beforeAll(async () => {
  platform = await startPlatform();
  folder = makeQuickstartFolder(platform);
});
afterAll(async () => {
  await platform?.stop();
  folder?.remove();
});

describe.each(["daemon.mjs", "daemonMsal.mjs", "daemon.py", "daemon.sh"])("the daemon's code", (file) => {
  test.skipIf(reasonFor(file))(
    `lists the users, unchanged: ${file}${reasonFor(file)}`,
    async () => {
      await folder.create("daemon");
      const { out, err } = await folder.run(file);
      expect([err, JSON.parse(out || "{}").value?.length ?? 0]).toEqual(["", expect.any(Number)]);
      expect(JSON.parse(out).value.length).toBeGreaterThan(20);
    },
    timeoutMs,
  );
});

describe.each(["device.mjs", "deviceMsal.mjs", "device.py", "device.sh"])("the device's code", (file) => {
  test.skipIf(reasonFor(file))(
    `reads the profile of the signed-in user: ${file}${reasonFor(file)}`,
    async () => {
      await folder.create("device");
      let answered = false;
      const onMessage = (shown: string) => {
        const code = /code ([A-Z0-9]{9}) /.exec(shown)?.[1];
        if (code !== undefined && !answered) {
          answered = true;
          const prompt = { user_code: code, verification_uri: `${platform.url}/devicelogin` };
          void answerDevicePage(platform, prompt, "confirm");
        }
      };
      const { out } = await folder.run(file, { onMessage });
      expect(JSON.parse(out).userPrincipalName).toBe(platform.tenant.administrator.userPrincipalName);
    },
    timeoutMs,
  );
});

test("without consent the first response is the refusal that the text describes", async () => {
  await folder.create("daemon", {});
  expect(JSON.parse((await folder.run("daemon.mjs")).out).error.code).toBe("Authorization_RequestDenied");
});
