import type { IAsyncProperty } from "fast-check";

/** A place where input comes from outside, and what must hold for any input. */
export interface FuzzTarget {
  /** The kind of input: `npm run fuzz -- <part of the name>` runs this target alone. */
  readonly name: string;
  /** Generates inputs, and throws for one that breaks the promise. */
  readonly property: IAsyncProperty<unknown>;
}
