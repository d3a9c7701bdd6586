import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { SeedError } from "./seed.ts";

/** The way to a value inside a seed: field names and places in lists. */
export type SeedPath = readonly (string | number)[];

/** A seed before it is checked, and where its values stand. */
export interface SeedSource {
  readonly value: unknown;
  /** `seed.yaml:12: applications[0].name`, or without file and line for a seed given as an object. */
  locate(path: SeedPath): string;
  /** The folder that files named in the seed are relative to; `undefined`: it may name none. */
  readonly folder: string | undefined;
}

export function objectSource(value: unknown, folder: string): SeedSource {
  return { value, folder, locate: (path) => `seed: ${dotted(path)}` };
}

/** YAML, and with it JSON. Throws a {@link SeedError} with the line of the mistake. */
export function textSource(text: string, name: string, folder: string | undefined): SeedSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: "1.2" });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    throw new SeedError(`${name}:${line}: ${error.message}`, `Correct the YAML at line ${line} of ${name}.`);
  }

  function lineOf(path: SeedPath): number {
    let node: unknown = document.contents;
    let offset = 0;
    for (const step of path) {
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
        if (pair === undefined) {
          break;
        }
        offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
        node = pair.value;
      } else if (isSeq(node) && typeof step === "number") {
        node = node.items[step];
        offset = startOf(node) ?? offset;
      }
    }
    return lines.linePos(offset).line;
  }

  return {
    value: document.toJS(),
    folder,
    locate: (path) => `${name}:${lineOf(path)}: ${dotted(path)}`,
  };
}

/** The field that a path ends at, for a sentence: `name`, `permissions[0]`. */
export function lastField(path: SeedPath): string {
  const names = path.findLastIndex((step) => typeof step === "string");
  return names < 0 ? "the seed" : dotted(path.slice(names));
}

function startOf(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined;
}

function dotted(path: SeedPath): string {
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  return text === "" ? "the whole seed" : text.replace(/^\./, "");
}
