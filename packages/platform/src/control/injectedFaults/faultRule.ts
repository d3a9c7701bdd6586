/**
 * Describes which requests fail, and how. A condition that is left out matches every request.
 *
 * @example
 * ```ts
 * import { startPlatform } from "@latchkey/platform";
 *
 * const platform = await startPlatform({ faults: [{ endpoint: "discovery", delayMs: 5_000, count: 1 }] });
 * platform.faults.add({ endpoint: "token", aadsts: 50196, clientId: "7b1c9a52-0d3e-4f68-9a1b-2c3d4e5f6071" });
 * platform.faults.add({ endpoint: "graph", status: 429, retryAfterSeconds: 2, probability: 0.1 });
 * await platform.stop();
 * ```
 */
export interface FaultRule {
  /** The rule's name in lists and in the log. Default `fault-1`, `fault-2`, ... */
  readonly id?: string | undefined;
  readonly endpoint?: FaultEndpoint | undefined;
  /** The path as sent, without the query; `*` matches any text: `/v1.0/users*`. */
  readonly path?: string | undefined;
  /** The HTTP method. */
  readonly method?: string | undefined;
  /** The client id of the calling application. */
  readonly clientId?: string | undefined;
  /** Tenant id, domain, or `common`, `organizations`, `consumers`. */
  readonly tenant?: string | undefined;
  /** The `grant_type` of a token request. */
  readonly grantType?: string | undefined;
  /** How many matching requests succeed first. Default 0. */
  readonly skip?: number | undefined;
  /** How many times the fault happens. Default: every time. */
  readonly count?: number | undefined;
  /** From 0 to 1, drawn from the platform's random source. Default 1. */
  readonly probability?: number | undefined;
  /** The token service's error: a number such as 50196, or one of its variants, such as `700027:expired`. */
  readonly aadsts?: number | string | undefined;
  /** The HTTP status, with an error body in the endpoint's format. Default: the status of the `aadsts` row. */
  readonly status?: number | undefined;
  /** The `suberror` of a token service error. Default: that of the `aadsts` row. */
  readonly suberror?: string | undefined;
  /** A claims challenge as JSON text: `claims` in a token error, `WWW-Authenticate` in a 401 of Graph. */
  readonly claims?: string | undefined;
  /** The `Retry-After` header in seconds. On its own, it is added to a normal response. */
  readonly retryAfterSeconds?: number | undefined;
  /** How long the response is delayed, on the platform's clock. On its own, the response is otherwise normal. */
  readonly delayMs?: number | undefined;
  /** Closes the connection without a response. */
  readonly connection?: "reset" | undefined;
  /** `truncated`: the first half of the body. `empty`: no body. `html`: a proxy's page; the endpoint is not called. */
  readonly body?: "truncated" | "empty" | "html" | undefined;
}

/** An active rule, and how often it has fired. */
export interface ActiveFault extends FaultRule {
  readonly id: string;
  readonly fired: number;
}

/**
 * The endpoints a rule can name. `arm` is Azure Resource Manager; `managedIdentity` is the endpoint where hosts get
 * tokens.
 */
export type FaultEndpoint =
  | "token"
  | "authorize"
  | "deviceCode"
  | "logout"
  | "adminConsent"
  | "userInfo"
  | "userRealm"
  | "discovery"
  | "instanceDiscovery"
  | "keys"
  | "graph"
  | "arm"
  | "managedIdentity";

const faultEndpoints: readonly FaultEndpoint[] = [
  "token",
  "authorize",
  "deviceCode",
  "logout",
  "adminConsent",
  "userInfo",
  "userRealm",
  "discovery",
  "instanceDiscovery",
  "keys",
  "graph",
  "arm",
  "managedIdentity",
];

/** An invalid fault rule. The message says which field, which value, and what is allowed. */
export class FaultRuleError extends TypeError {
  override name = "FaultRuleError";
  readonly code = "invalid_fault_rule";
  readonly remedy =
    "Correct the rule. Write it as endpoint=token,status=503,count=2, or as an object with these fields.";

  constructor(problem: string) {
    super(`Fault rule: ${problem}`);
  }
}

interface FieldRule {
  readonly type: "text" | "number" | "numberOrText";
  readonly minimum?: number;
  readonly maximum?: number;
  readonly isWhole?: boolean;
  readonly values?: readonly string[];
  /** What the field is for: shown in errors and in the control API's document. */
  readonly meaning: string;
}

const dayMs = 86_400_000;

/** The valid values of each field. The check and the control API's document both use this table. */
export const faultFields: Readonly<Record<keyof FaultRule, FieldRule>> = {
  id: { type: "text", meaning: "the rule's name" },
  endpoint: { type: "text", values: faultEndpoints, meaning: "the endpoint that fails" },
  path: { type: "text", meaning: "the path that fails; * matches any text: /v1.0/users*" },
  method: { type: "text", meaning: "the HTTP method, such as POST" },
  clientId: { type: "text", meaning: "the client id of the calling application" },
  tenant: { type: "text", meaning: "tenant id, domain, or common, organizations, consumers" },
  grantType: { type: "text", meaning: "the grant_type of a token request" },
  skip: { type: "number", minimum: 0, isWhole: true, meaning: "how many matching requests succeed first" },
  count: { type: "number", minimum: 1, isWhole: true, meaning: "how many times the fault happens" },
  probability: { type: "number", minimum: 0, maximum: 1, meaning: "from 0 to 1" },
  aadsts: { type: "numberOrText", meaning: "an AADSTS number such as 50196" },
  status: { type: "number", minimum: 200, maximum: 599, isWhole: true, meaning: "an HTTP status" },
  suberror: { type: "text", meaning: "the suberror of a token error" },
  claims: { type: "text", meaning: "a claims challenge, JSON text" },
  retryAfterSeconds: { type: "number", minimum: 0, isWhole: true, meaning: "seconds for the Retry-After header" },
  delayMs: { type: "number", minimum: 0, maximum: dayMs, meaning: "by how many milliseconds the response is delayed" },
  connection: { type: "text", values: ["reset"], meaning: "closes the connection without a response" },
  body: { type: "text", values: ["truncated", "empty", "html"], meaning: "how the body is damaged" },
};

const effects = ["aadsts", "status", "retryAfterSeconds", "delayMs", "connection", "body"] as const;

/** Checks a rule and returns it. Throws a {@link FaultRuleError} that names the field, its value and the remedy. */
export function readFaultRule(value: unknown): FaultRule {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FaultRuleError(`must be an object, got ${JSON.stringify(value)}`);
  }
  const rule: Record<string, unknown> = {};
  for (const [name, fieldValue] of Object.entries(value)) {
    if (fieldValue === undefined) {
      continue;
    }
    const problem = Object.hasOwn(faultFields, name)
      ? problemWith(fieldValue, faultFields[name as keyof FaultRule])
      : `is unknown; the fields are ${Object.keys(faultFields).join(", ")}`;
    if (problem !== undefined) {
      throw new FaultRuleError(`${name} ${problem}`);
    }
    rule[name] = fieldValue;
  }
  if (!effects.some((effect) => rule[effect] !== undefined)) {
    throw new FaultRuleError(`has no effect; set one of ${effects.join(", ")}`);
  }
  checkTogether(rule);
  return rule;
}

function checkTogether(rule: FaultRule): void {
  if (rule.aadsts !== undefined && (rule.endpoint === "graph" || rule.endpoint === "arm")) {
    throw new FaultRuleError(`aadsts is an error of the token service; for ${rule.endpoint} use status`);
  }
  if (rule.suberror !== undefined && rule.aadsts === undefined && rule.status === undefined) {
    throw new FaultRuleError("suberror is part of an error; set aadsts or status as well");
  }
  if (rule.claims !== undefined && rule.aadsts === undefined && rule.status !== 401) {
    throw new FaultRuleError("claims is part of an error; set aadsts, or status 401 for Graph");
  }
}

function problemWith(fieldValue: unknown, field: FieldRule): string | undefined {
  const json = JSON.stringify(fieldValue);
  const isNumber = typeof fieldValue === "number" && Number.isFinite(fieldValue);
  const isText = typeof fieldValue === "string" && fieldValue !== "";
  if (!(field.type !== "text" && isNumber) && !(field.type !== "number" && isText)) {
    const expected = field.type === "number" ? "a number" : field.type === "text" ? "text" : "a number or text";
    return `must be ${expected} (${field.meaning}), got ${json}`;
  }
  if (field.values !== undefined && !field.values.includes(String(fieldValue))) {
    return `must be one of ${field.values.join(", ")}, got ${json}`;
  }
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = field;
  const isWithin =
    !isNumber || (fieldValue >= minimum && fieldValue <= maximum && (field.isWhole !== true || fieldValue % 1 === 0));
  return isWithin ? undefined : `must be ${rangeOf(field)} (${field.meaning}), got ${json}`;
}

function rangeOf({ minimum, maximum, isWhole }: FieldRule): string {
  const kind = isWhole === true ? "a whole number" : "a number";
  return maximum === undefined ? `${kind} from ${minimum} on` : `${kind} from ${minimum} to ${maximum}`;
}
