/** A part of a running platform whose state can be restored. */
export interface Restorable {
  /** Saves the present state. The returned function restores it, as often as it is called. */
  save(): () => void;
}
