import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { SeedError } from "./seed.ts";

/** The path to a value in a seed: field names and list indexes. */
export type SeedPath = readonly (string | number)[];

/** A seed before it is checked, with the places of its values. */
export interface SeedSource {
  readonly value: unknown;
  /** `seed.yaml:12: applications[0].name`, or without file and line for a seed given as an object. */
  locate(path: SeedPath): string;
  /** The folder for relative file names in the seed; `undefined` if it may not name files. */
  readonly folder: string | undefined;
}

export function objectSource(value: unknown, folder: string): SeedSource {
  return { value, folder, locate: (path) => `seed: ${formatPath(path)}` };
}

/** Reads YAML or JSON. Throws a {@link SeedError} with the line of a syntax error. */
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
    locate: (path) => `${name}:${lineOf(path)}: ${formatPath(path)}`,
  };
}

/** The last field of a path, for a sentence: `name`, `permissions[0]`. */
export function lastField(path: SeedPath): string {
  const names = path.findLastIndex((step) => typeof step === "string");
  return names < 0 ? "the seed" : formatPath(path.slice(names));
}

function startOf(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined;
}

function formatPath(path: SeedPath): string {
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  return text === "" ? "the whole seed" : text.replace(/^\./, "");
}
