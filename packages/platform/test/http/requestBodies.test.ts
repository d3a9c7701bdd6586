import { request } from "node:https";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.stop());

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  /** Written in chunks, without a Content-Length. */
  readonly chunks?: readonly string[];
}

/** Over a real socket: requests built in the process never have a body that is absent or of unannounced length. */
function send({ method, path, headers = {}, chunks = [] }: Sent): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, platform.url),
      { method, headers, ca: platform.caCertificate, agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part) => {
          text += part;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    outgoing.on("error", reject);
    for (const chunk of chunks) {
      outgoing.write(chunk);
    }
    outgoing.end();
  });
}

describe("over a socket", () => {
  test.each(["DELETE", "PATCH", "POST", "PUT"])("answers %s without a body and without a length", async (method) => {
    const { status, text } = await send({ method, path: "/v1.0/users/nobody", headers: { authorization: "Bearer x" } });
    expect(status, text).toBe(401);
  });

  test("answers a preflight", async () => {
    const { status } = await send({
      method: "OPTIONS",
      path: "/v1.0/users",
      headers: { origin: "https://app.example" },
    });
    expect(status).toBeLessThan(300);
  });

  test("reads a chunked form of unannounced length", async () => {
    const { status, text } = await send({
      method: "POST",
      path: `/${platform.tenant.id}/oauth2/v2.0/token`,
      headers: { "content-type": "application/x-www-form-urlencoded", "transfer-encoding": "chunked" },
      chunks: ["grant_type=client_", "credentials&client_id=x"],
    });
    expect(status).toBe(400);
    expect(JSON.parse(text).error_codes).toEqual([90014]);
  });

  test.each(["/v1.0/users", "/common/oauth2/v2.0/token"])("refuses a body that is too large for %s", async (path) => {
    const announced = await send({ method: "POST", path, headers: { "content-length": "2000000" } }).catch(
      () => undefined,
    );
    const chunk = "x".repeat(600_000);
    const { status, text } = await send({ method: "POST", path, chunks: [chunk, chunk] });
    expect(status).toBe(413);
    expect(JSON.parse(text)).toHaveProperty("error");
    expect(announced?.status ?? 413).toBe(413);
  });
});
