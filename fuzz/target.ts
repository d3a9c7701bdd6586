import type { IAsyncProperty } from "fast-check";

/** One place where the world hands something in, and what must hold whatever it is. */
export interface FuzzTarget {
  /** What is handed in: `npm run fuzz -- <part of the name>` runs it alone. */
  readonly name: string;
  /** Makes inputs, and throws for the one that breaks the promise. */
  readonly property: IAsyncProperty<unknown>;
}
