import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { RegisterApplicationOptions } from "../../directory/applications/registration.ts";
import type { Directory } from "../../directory/directory.ts";
import type { Parameters } from "./parametersFile.ts";

/** What a quick start's code is written with. The secret is not part of it: code reads it from `parameters.json`. */
export interface QuickstartFacts {
  /** The platform's address, without a slash at the end. */
  readonly url: string;
  readonly authority: string;
  /** The registration that the code is for. */
  readonly application: Application;
}

interface Client {
  readonly name: string;
  /** Stands after the quick start's segment: `daemon` and `Msal.mjs` make `daemonMsal.mjs`. */
  readonly fileEnding: string;
  readonly install: string | undefined;
  /** Stands before the file's name. */
  readonly run: string;
}

export type ClientKey = "latchkey" | "msalNode" | "msalPython" | "curl";

/** What the code of every quick start is written for. */
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

/** By client, a program that runs as it stands, next to `latchkey-ca.pem` and, with a secret, `parameters.json`. */
export type Samples = Readonly<Record<ClientKey, string>>;

/** A kind of program: its registration and its code. One file in this folder, one line in `quickstarts.ts`. */
export interface Quickstart {
  /** The last segment of its address. */
  readonly segment: string;
  readonly title: string;
  readonly text: string;
  readonly registration: Omit<RegisterApplicationOptions, "displayName" | "tenantId">;
  /** Where its code listens for the answers to sign-ins, unless something else is typed. Default: it takes none. */
  readonly redirectUri?: string | undefined;
  /** Adds what a registration can have only once it has a client id. */
  readonly complete?: (directory: Directory, application: Application) => void;
  /** What its `parameters.json` says besides authority, client and secret. Default: it has no secret and needs no file. */
  readonly parameters?: (facts: QuickstartFacts) => Parameters;
  /** What its code needs besides the client's own packages. */
  readonly packages?: Partial<Readonly<Record<ClientKey, string>>>;
  readonly samples: (facts: QuickstartFacts) => Samples;
}
