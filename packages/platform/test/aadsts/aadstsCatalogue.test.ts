import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { aadsts } from "../../src/aadsts/aadsts.ts";
import { faultOnlyRows } from "../../src/aadsts/faultOnlyRows.ts";
import { type Daemon, postForm, registerDaemon, tokenForm, tokenPath } from "../support/daemon.ts";

/** What is publicly known of the real service's errors, written down separately from the tables it is compared with. */
const catalogue: readonly (readonly [error: string, status: number, ...codes: readonly (number | string)[]])[] = [
  ["interaction_required", 400, 16000, 50074, 50076, 50078, 50079, 50140, 50158, 53000, 53001, 53003, 530003, 700020],
  ["login_required", 400, 50058],
  ["consent_required", 400, "65001:authorize", "65004:authorize"],
  ["access_denied", 400, 50105, 65004, 90072, 90095, 90099],
  ["access_denied", 403, 90093, 90094],
  ["invalid_scope", 400, 28000, 28002, 28003, 70011, 700022, 1002012],
  ["invalid_resource", 400, 50001, 500011, 500014, 650057, 90009],
  ["invalid_instance", 400, 50049],
  ["invalid_tenant", 400, "90002:discovery"],
  ["invalid_grant", 400, "50013:notFound", "50013:signature", 500131, 500133, 50020, 50034, 50053, 50055, 50056, 50057],
  ["invalid_grant", 400, 50089, "50105:token", 501051, 50126, 50132, 50133, 501481, 50148, 50173, 50196, 51004, 54005],
  ["invalid_grant", 400, 65001, 67003, 70000, 700005, 70008, 700081, 700082, 700084, 70043, 7000114, 90008, 9002313],
  ["invalid_client", 400, 500112, 650052, 650053, 650056],
  ["invalid_client", 401, 50012, 50048, 50166, 50171, 392204, 70002, 70021, 700021, 700023, 700024, 700025, 700030],
  ["invalid_client", 401, "700027:notRegistered", "700027:expired", "700027:signature", 700211, 700212, 700213, 700222],
  ["invalid_client", 401, 700226, 7000214, 7000215, 7000216, 7000218, 7000222, 7000274, 7000277, 7002131, 7002137],
  ["invalid_client", 401, 7002138, 1000502, 5002723, 5002738],
  ["invalid_request", 400, 50011, 50027, 50059, 50146, 501461, 50147, 501491, 500181, 50194, 500207, 500208, 392200],
  ["invalid_request", 400, 65002, 70007, 700229, 76021, 90002, 90004, 90010, 90013, 90014, 90019, 90023, 90038, 90051],
  ["invalid_request", 400, 90056, 90100, 90102, 90119, 90120, 90121, 90124, 90130, 100007, 900023, 900144, 900382],
  ["invalid_request", 400, 900561, 900971, 901002, 9001023, 9002325, 9002326, 9002327, 9002332],
  ["unauthorized_client", 400, 70001, 700011, 700016, 7000112, 7000229],
  ["unsupported_grant_type", 400, 70003],
  ["unsupported_response_type", 400, 70005, 700051, 700054],
  ["authorization_pending", 400, 70016],
  ["authorization_declined", 400, "65004:device"],
  ["bad_verification_code", 400, 70018, 70019],
  ["expired_token", 400, 70020],
  ["server_error", 500, 50000],
  ["temporarily_unavailable", 503, 90024, 90033, 90090],
  ["temporarily_unavailable", 429, 90055],
];
const rows = catalogue.flatMap(([error, status, ...codes]) => codes.map((code) => ({ code, error, status })));

const withoutErrorUri: ReadonlySet<number> = new Set([50171, 500181, 70011, 70043, 1002012]);
const suberrors: Readonly<Record<string, string>> = {
  ...{ 50055: "user_password_expired", 50074: "basic_action", 50076: "basic_action", 50078: "basic_action" },
  ...{ 50079: "basic_action", 50132: "bad_token", 50133: "bad_token", 50173: "bad_token", 53003: "message_only" },
  ...{ 65001: "consent_required", 70000: "bad_token", 700081: "bad_token", 700082: "bad_token" },
  ...{ 700084: "bad_token", 70043: "token_expired" },
};
const challenges: Readonly<Record<string, string>> = {
  ...{ 50074: "polids", 50076: "polids", 50079: "polids", 53003: "capolids" },
};

let platform: Platform;
let daemon: Daemon;
beforeAll(async () => {
  platform = await startPlatform();
  daemon = registerDaemon(platform);
});
afterAll(() => platform.stop());
beforeEach(() => platform.faults.clear());

test("the tables have these errors and no others", () => {
  const inTables = [...Object.keys(aadsts), ...Object.keys(faultOnlyRows)];
  expect(inTables.toSorted()).toEqual(rows.map(({ code }) => String(code)).toSorted());
});

test.each(rows)("a fault rule responds with AADSTS$code: $error, $status", async ({ code, error, status }) => {
  platform.faults.add({ endpoint: "token", aadsts: code });
  const response = await postForm(platform, tokenPath(platform), tokenForm(daemon));
  const number = Number.parseInt(String(code), 10);
  const { error_description: text, error_uri: uri, claims, ...body } = response.body;
  expect([response.status, body.error, body.error_codes]).toEqual([status, error, [number]]);
  expect(text).toMatch(new RegExp(`^AADSTS${number}: \\S.* Trace ID: ${body.trace_id} Correlation ID: \\S{36} `));
  expect(text).toMatch(/ Timestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
  expect(text).not.toMatch(/[{}]/);
  expect(uri).toBe(withoutErrorUri.has(number) ? undefined : `${platform.url}/error?code=${number}`);
  expect(body.suberror).toBe(suberrors[code]);
  const challenge = challenges[code];
  expect(claims === undefined ? undefined : Object.keys(JSON.parse(claims).access_token)).toEqual(
    challenge === undefined ? undefined : [challenge],
  );
});
