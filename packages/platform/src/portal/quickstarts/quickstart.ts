import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { RegisterApplicationOptions } from "../../directory/applications/registration.ts";
import type { Directory } from "../../directory/directory.ts";
import type { Parameters } from "./parametersFile.ts";

/**
 * The values that a quick start's code contains. The secret is not one of them: code reads it from `parameters.json`.
 */
export interface QuickstartFacts {
  /** The platform's URL, without a slash at the end. */
  readonly url: string;
  readonly authority: string;
  /** The registration for the code. */
  readonly application: Application;
}

interface Client {
  readonly name: string;
  /** Appended to the quick start's segment: `daemon` and `Msal.mjs` make `daemonMsal.mjs`. */
  readonly fileEnding: string;
  readonly install: string | undefined;
  /** The command before the file's name. */
  readonly run: string;
}

export type ClientKey = "latchkey" | "msalNode" | "msalPython" | "curl";

/** The libraries and tools that every quick start has code for. */
export const clients: Readonly<Record<ClientKey, Client>> = {
  latchkey: {
    name: "Latchkey",
    fileEnding: ".mjs",
    install: "npm install @latchkey/client",
    run: "NODE_EXTRA_CA_CERTS=latchkey-ca.pem node",
  },
  msalNode: {
    name: "MSAL Node",
    fileEnding: "Msal.mjs",
    install: "npm install @azure/msal-node",
    run: "NODE_EXTRA_CA_CERTS=latchkey-ca.pem node",
  },
  msalPython: {
    name: "MSAL Python",
    fileEnding: ".py",
    install: "pip install msal requests",
    run: "REQUESTS_CA_BUNDLE=latchkey-ca.pem python3",
  },
  curl: { name: "curl", fileEnding: ".sh", install: undefined, run: "sh" },
};

/** By client, a complete program that runs next to `latchkey-ca.pem` and, if it has a secret, `parameters.json`. */
export type Samples = Readonly<Record<ClientKey, string>>;

/** A kind of program: its registration and its code. One file in this folder, one line in `quickstarts.ts`. */
export interface Quickstart {
  /** The last segment of its path. */
  readonly segment: string;
  readonly title: string;
  readonly text: string;
  readonly registration: Omit<RegisterApplicationOptions, "displayName" | "tenantId">;
  /** Where its code listens for the responses to sign-ins; the form can change it. Default: nowhere. */
  readonly redirectUri?: string | undefined;
  /** Adds what needs the registration's client id. */
  readonly complete?: (directory: Directory, application: Application) => void;
  /** What its `parameters.json` contains besides authority, client id and secret. Default: no secret, no file. */
  readonly parameters?: (facts: QuickstartFacts) => Parameters;
  /** Packages that its code needs besides the client's own. */
  readonly packages?: Partial<Readonly<Record<ClientKey, string>>>;
  readonly samples: (facts: QuickstartFacts) => Samples;
}
