/** A part of a running platform that can be brought back to how it was. */
export interface Restorable {
  /** Remembers the present state. Calling the result brings it back, as often as wanted. */
  save(): () => void;
}
