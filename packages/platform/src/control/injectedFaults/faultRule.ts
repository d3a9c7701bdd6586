/**
 * Which answers of the platform go wrong, and how. Everything left out matches every request.
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
  /** A name for lists and the log. Default `fault-1`, `fault-2`, ... */
  readonly id?: string | undefined;
  readonly endpoint?: FaultEndpoint | undefined;
  /** The path as sent, without the query; `*` stands for any text: `/v1.0/users*`. */
  readonly path?: string | undefined;
  /** The HTTP method. */
  readonly method?: string | undefined;
  /** The client id of the application that asks. */
  readonly clientId?: string | undefined;
  /** Tenant id, domain, or `common`, `organizations`, `consumers`. */
  readonly tenant?: string | undefined;
  /** The `grant_type` of a token request. */
  readonly grantType?: string | undefined;
  /** How many matching requests go well first. Default 0. */
  readonly skip?: number | undefined;
  /** How many times the fault happens. Default: always. */
  readonly count?: number | undefined;
  /** From 0 to 1, drawn from the platform's random source. Default 1. */
  readonly probability?: number | undefined;
  /** The error of the token service, as a number such as 50196, or with a variant: `700027:expired`. */
  readonly aadsts?: number | string | undefined;
  /** The HTTP status, with an error body as the endpoint writes it. Default that of the `aadsts` row. */
  readonly status?: number | undefined;
  /** With a body of the token service: the `suberror` member. Default that of the `aadsts` row. */
  readonly suberror?: string | undefined;
  /** A claims challenge, JSON text: `claims` in a token error, `WWW-Authenticate` in a 401 of Graph. */
  readonly claims?: string | undefined;
  /** The `Retry-After` header, seconds. Alone it is added to an answer that is otherwise right. */
  readonly retryAfterSeconds?: number | undefined;
  /** How long the answer is held back, on the platform's clock. Alone, the answer is otherwise right. */
  readonly delayMs?: number | undefined;
  /** Cuts the connection without an answer. */
  readonly connection?: "reset" | undefined;
  /** `truncated`: the first half of the body. `empty`: none. `html`: the page of a proxy, without asking further. */
  readonly body?: "truncated" | "empty" | "html" | undefined;
}

/** A rule that is in force, with how often it happened. */
export interface ActiveFault extends FaultRule {
  readonly id: string;
  readonly fired: number;
}

/** The endpoints a rule can name. `arm` is the slice of Azure Resource Manager, `managedIdentity` what hosts ask for tokens. */
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

/** A fault rule that cannot be used: which field, which value, what instead. */
export class FaultRuleError extends TypeError {
  override name = "FaultRuleError";
  readonly code = "invalid_fault_rule";
  readonly remedy =
    "Correct the rule: it is written like endpoint=token,status=503,count=2, or as an object with these fields.";

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
  /** What the field is for, as a remedy and in the control API's document. */
  readonly meaning: string;
}

const dayMs = 86_400_000;

/** What each field may hold. The check and the control API's document are read off this table. */
export const faultFields: Readonly<Record<keyof FaultRule, FieldRule>> = {
  id: { type: "text", meaning: "a name for the rule" },
  endpoint: { type: "text", values: faultEndpoints, meaning: "the endpoint that fails" },
  path: { type: "text", meaning: "the path that fails, * for any text: /v1.0/users*" },
  method: { type: "text", meaning: "the HTTP method, such as POST" },
  clientId: { type: "text", meaning: "the client id of the application that asks" },
  tenant: { type: "text", meaning: "tenant id, domain, or common, organizations, consumers" },
  grantType: { type: "text", meaning: "the grant_type of a token request" },
  skip: { type: "number", minimum: 0, isWhole: true, meaning: "how many matching requests go well first" },
  count: { type: "number", minimum: 1, isWhole: true, meaning: "how many times the fault happens" },
  probability: { type: "number", minimum: 0, maximum: 1, meaning: "from 0 to 1" },
  aadsts: { type: "numberOrText", meaning: "an AADSTS number such as 50196" },
  status: { type: "number", minimum: 200, maximum: 599, isWhole: true, meaning: "an HTTP status" },
  suberror: { type: "text", meaning: "the suberror of a token error" },
  claims: { type: "text", meaning: "a claims challenge, JSON text" },
  retryAfterSeconds: { type: "number", minimum: 0, isWhole: true, meaning: "seconds for the Retry-After header" },
  delayMs: { type: "number", minimum: 0, maximum: dayMs, meaning: "milliseconds the answer is held back" },
  connection: { type: "text", values: ["reset"], meaning: "cuts the connection" },
  body: { type: "text", values: ["truncated", "empty", "html"], meaning: "what is wrong with the body" },
};

const effects = ["aadsts", "status", "retryAfterSeconds", "delayMs", "connection", "body"] as const;

/** The rule, checked. Throws a {@link FaultRuleError} that names field, value and remedy. */
export function readFaultRule(value: unknown): FaultRule {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FaultRuleError(`it is an object, got ${JSON.stringify(value)}`);
  }
  const rule: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(value)) {
    if (given === undefined) {
      continue;
    }
    const problem = Object.hasOwn(faultFields, name)
      ? problemWith(given, faultFields[name as keyof FaultRule])
      : `is unknown; a rule has ${Object.keys(faultFields).join(", ")}`;
    if (problem !== undefined) {
      throw new FaultRuleError(`${name} ${problem}`);
    }
    rule[name] = given;
  }
  if (!effects.some((effect) => rule[effect] !== undefined)) {
    throw new FaultRuleError(`it says nothing to do; give one of ${effects.join(", ")}`);
  }
  checkTogether(rule);
  return rule;
}

function checkTogether(rule: FaultRule): void {
  if (rule.aadsts !== undefined && (rule.endpoint === "graph" || rule.endpoint === "arm")) {
    throw new FaultRuleError(`aadsts is an error of the token service; for ${rule.endpoint} give status`);
  }
  if (rule.suberror !== undefined && rule.aadsts === undefined && rule.status === undefined) {
    throw new FaultRuleError("suberror is part of an error; give aadsts or status as well");
  }
  if (rule.claims !== undefined && rule.aadsts === undefined && rule.status !== 401) {
    throw new FaultRuleError("claims need an error that carries them; give aadsts, or status 401 for Graph");
  }
}

function problemWith(given: unknown, field: FieldRule): string | undefined {
  const shown = JSON.stringify(given);
  const isNumber = typeof given === "number" && Number.isFinite(given);
  const isText = typeof given === "string" && given !== "";
  if (!(field.type !== "text" && isNumber) && !(field.type !== "number" && isText)) {
    const wanted = field.type === "number" ? "a number" : field.type === "text" ? "text" : "a number or text";
    return `must be ${wanted} (${field.meaning}), got ${shown}`;
  }
  if (field.values !== undefined && !field.values.includes(String(given))) {
    return `must be one of ${field.values.join(", ")}, got ${shown}`;
  }
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = field;
  const isWithin = !isNumber || (given >= minimum && given <= maximum && (field.isWhole !== true || given % 1 === 0));
  return isWithin ? undefined : `must be ${rangeOf(field)} (${field.meaning}), got ${shown}`;
}

function rangeOf({ minimum, maximum, isWhole }: FieldRule): string {
  const kind = isWhole === true ? "a whole number" : "a number";
  return maximum === undefined ? `${kind} from ${minimum} on` : `${kind} from ${minimum} to ${maximum}`;
}
