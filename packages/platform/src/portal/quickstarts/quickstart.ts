import type { RegisterApplicationOptions } from "../../directory/registration.ts";

/** What a quick start's code is written with. The secret is not part of it: code reads it from `parameters.json`. */
export interface QuickstartFacts {
  /** The platform's address, without a slash at the end. */
  readonly url: string;
  readonly authority: string;
  readonly clientId: string;
}

/** A program that runs as it stands, next to `latchkey-ca.pem` and, with a secret, `parameters.json`. */
export interface Sample {
  readonly client: string;
  readonly file: string;
  readonly install: string | undefined;
  readonly run: string;
  readonly code: string;
}

/** A kind of program: its registration and its code. One file in this folder, one line in `quickstarts.ts`. */
export interface Quickstart {
  /** The last segment of its address. */
  readonly segment: string;
  readonly title: string;
  readonly text: string;
  readonly registration: Omit<RegisterApplicationOptions, "displayName" | "tenantId">;
  readonly hasSecret: boolean;
  readonly samples: (facts: QuickstartFacts) => readonly Sample[];
}
