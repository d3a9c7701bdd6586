import type { Random } from "../../core/random.ts";
import type { Restorable } from "../../core/restorable.ts";
import type { Directory } from "../../directory/directory.ts";
import { faultRow } from "./faultRefusal.ts";
import { type ActiveFault, type FaultRule, FaultRuleError, readFaultRule } from "./faultRule.ts";
import { type RequestFacts, tenantIdOf } from "./requestFacts.ts";

/** The fault rules. The first rule that matches a request applies; later ones are not tried. */
export interface Faults {
  /** Adds a rule after the existing ones. Throws a `FaultRuleError` for an invalid rule. */
  add(rule: FaultRule): ActiveFault;
  /** All rules, including those that have reached their `count`. */
  list(): readonly ActiveFault[];
  /** Returns false when no rule has this id. */
  remove(id: string): boolean;
  clear(): void;
}

export interface FaultList extends Faults, Restorable {
  readonly isEmpty: boolean;
  /** Returns the rule that applies to this request, if any, and counts it. */
  take(facts: RequestFacts): ActiveFault | undefined;
}

interface Entry {
  readonly rule: FaultRule & { readonly id: string };
  readonly path: RegExp | undefined;
  seen: number;
  fired: number;
}

export function faultList(directory: Directory, random: Random, initial: readonly FaultRule[]): FaultList {
  let entries: readonly Entry[] = [];
  let lastNumber = 0;

  function add(unchecked: FaultRule): ActiveFault {
    const rule = readFaultRule(unchecked);
    if (rule.aadsts !== undefined) {
      faultRow(rule.aadsts);
    }
    const id = rule.id ?? nextFreeId();
    if (hasId(id)) {
      throw new FaultRuleError(`id ${JSON.stringify(id)} is already used; remove that rule first, or leave id out`);
    }
    const entry = { rule: { ...rule, id }, path: patternOf(rule.path), seen: 0, fired: 0 };
    entries = [...entries, entry];
    return describe(entry);
  }

  function nextFreeId(): string {
    do {
      lastNumber++;
    } while (hasId(`fault-${lastNumber}`));
    return `fault-${lastNumber}`;
  }

  function hasId(id: string): boolean {
    return entries.some(({ rule }) => rule.id === id);
  }

  for (const rule of initial) {
    add(rule);
  }
  return {
    get isEmpty() {
      return entries.length === 0;
    },
    add,
    list: () => entries.map(describe),
    remove(id) {
      const before = entries.length;
      entries = entries.filter(({ rule }) => rule.id !== id);
      return entries.length < before;
    },
    clear() {
      entries = [];
    },
    take(facts) {
      for (const entry of entries) {
        if (matches(directory, entry, facts) && isDue(entry, random)) {
          entry.fired++;
          return describe(entry);
        }
      }
      return undefined;
    },
    save() {
      const saved = entries.map((entry) => ({ ...entry }));
      return () => {
        entries = saved.map((entry) => ({ ...entry }));
      };
    },
  };
}

function matches(directory: Directory, { rule, path }: Entry, facts: RequestFacts): boolean {
  return (
    (rule.endpoint === undefined || rule.endpoint === facts.endpoint) &&
    (rule.method === undefined || rule.method.toUpperCase() === facts.method) &&
    (rule.clientId === undefined || rule.clientId.toLowerCase() === facts.clientId) &&
    (rule.grantType === undefined || rule.grantType === facts.grantType) &&
    (rule.tenant === undefined || tenantIdOf(directory, rule.tenant) === facts.tenantId) &&
    // Graph and Resource Manager have no AADSTS errors, so a rule for all endpoints skips them.
    (rule.aadsts === undefined || (facts.endpoint !== "graph" && facts.endpoint !== "arm")) &&
    (path === undefined || path.test(facts.path))
  );
}

/** Draws a random number last, so that requests that do not match never change what others draw. */
function isDue(entry: Entry, random: Random): boolean {
  const { skip = 0, count = Number.POSITIVE_INFINITY, probability = 1 } = entry.rule;
  entry.seen++;
  if (entry.seen <= skip || entry.fired >= count) {
    return false;
  }
  return probability >= 1 || Buffer.from(random.bytes(4)).readUInt32BE(0) / 0x1_0000_0000 < probability;
}

function patternOf(path: string | undefined): RegExp | undefined {
  if (path === undefined) {
    return undefined;
  }
  const literal = path.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`, "i");
}

function describe({ rule, fired }: Entry): ActiveFault {
  return { ...rule, fired };
}
