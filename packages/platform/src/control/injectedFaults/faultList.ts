import type { Random } from "../../core/random.ts";
import type { Restorable } from "../../core/restorable.ts";
import type { Directory } from "../../directory/directory.ts";
import { faultRow } from "./faultRefusal.ts";
import { type ActiveFault, type FaultRule, FaultRuleError, readFaultRule } from "./faultRule.ts";
import { type RequestFacts, tenantOf } from "./requestFacts.ts";

/** The answers that are to go wrong. The first rule that fits a request decides; the others are not asked. */
export interface Faults {
  /** Puts a rule in force, behind those there are. Throws a `FaultRuleError` on a rule that cannot be used. */
  add(rule: FaultRule): ActiveFault;
  /** All rules, those that have happened as often as they may included. */
  list(): readonly ActiveFault[];
  /** False when no rule has this id. */
  remove(id: string): boolean;
  clear(): void;
}

export interface FaultList extends Faults, Restorable {
  readonly isEmpty: boolean;
  /** The rule that happens to this request, counted, if one does. */
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
  let added = 0;

  function add(given: FaultRule): ActiveFault {
    const rule = readFaultRule(given);
    if (rule.aadsts !== undefined) {
      faultRow(rule.aadsts);
    }
    const id = rule.id ?? freeId();
    if (hasId(id)) {
      throw new FaultRuleError(`id ${JSON.stringify(id)} is in use; remove that rule first, or leave id out`);
    }
    const entry = { rule: { ...rule, id }, path: patternOf(rule.path), seen: 0, fired: 0 };
    entries = [...entries, entry];
    return describe(entry);
  }

  function freeId(): string {
    do {
      added++;
    } while (hasId(`fault-${added}`));
    return `fault-${added}`;
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
        if (matches(directory, entry, facts) && happens(entry, random)) {
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
    (rule.tenant === undefined || tenantOf(directory, rule.tenant) === facts.tenantId) &&
    // Graph has no AADSTS errors: a rule for "everything" leaves it alone.
    (rule.aadsts === undefined || (facts.endpoint !== "graph" && facts.endpoint !== "arm")) &&
    (path === undefined || path.test(facts.path))
  );
}

/** Chance is asked last, so that a request that does not fit never changes what is drawn for another. */
function happens(entry: Entry, random: Random): boolean {
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
