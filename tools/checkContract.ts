/** One step of `npm run check`. */
export interface Check {
  readonly name: string;
  /** Steps that run first, also when only this one was asked for; it is skipped when one of them fails. */
  readonly needs?: readonly string[];
  /** Steps that run first when they run at all. */
  readonly after?: readonly string[];
  /** Runs with nothing beside it, because it measures. */
  readonly alone?: boolean;
  readonly run: (context: CheckContext) => Promise<CheckResult>;
}

export interface CheckContext {
  /** The repository's folder. */
  readonly root: string;
  /** The Node the check itself runs on. */
  readonly node: string;
  /** Whether recorded reports are rewritten instead of compared. */
  readonly update: boolean;
}

export interface CheckResult {
  readonly ok: boolean;
  /** Shown whole when the step failed. */
  readonly output: string;
  /** One short remark behind the step's line, such as a measurement. */
  readonly note?: string;
}
