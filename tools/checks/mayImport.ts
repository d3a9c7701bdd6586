/**
 * For each room in a package's `src`: the rooms of the same package, other packages and `node:` modules that its files may
 * import, types included. A room is a folder with everything below it, or a file; `.` stands for the files in `src` without a
 * row. Everything else is refused: `index.ts` files, packages, rooms further up.
 */
export const mayImport: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  client: {
    "index.ts": ". protectedApi credentials api crypto runtime errors",
    node: ". acquisition signIn transport api runtime errors node:",
    ".": "flows signIn tokenCache authority transport api runtime errors",
    flows: "signIn acquisition tokenEndpoint telemetry tokenCache authority transport api crypto runtime errors",
    signIn: "tokenEndpoint tokenCache authority transport api crypto runtime errors",
    acquisition: "tokenEndpoint telemetry tokenCache authority transport api crypto runtime errors",
    tokenEndpoint: "tokenCache authority transport api crypto runtime errors",
    tokenCache: "authority transport api crypto runtime errors",
    "telemetry/openTelemetry.ts": "api errors @opentelemetry/api",
    telemetry: "authority api",
    credentials: "authority api crypto runtime errors",
    protectedApi: "transport api crypto runtime errors",
    authority: "transport api runtime errors",
    transport: "#transport api crypto runtime errors",
    api: "crypto runtime errors",
    crypto: "runtime errors",
    runtime: "",
    errors: "",
  },
  // It imports nothing from the client, because each is tested against the other.
  platform: {
    "index.ts":
      "options.ts startPlatform.ts server control aadsts azure core directory http interception seed signing tls",
    "startPlatform.ts": "options.ts server azure directory http tls node:",
    server:
      "options.ts aadsts azure control core directory graph http interception portal seed signIn signing storage tls tokenService node:",
    "options.ts": "aadsts control core directory http seed signing",
    azure: "aadsts control core directory http interception signing tls tokenService node:",
    control:
      "aadsts core directory graph http interception seed signIn signing tokenService valibot @valibot/to-json-schema node:",
    // portal and graph do not know each other: what both need is in directory/.
    portal: "aadsts core directory http signIn tokenService hono node:",
    graph: "core directory http signing tokenService node:",
    tokenService: "aadsts core directory http interception signIn signing hono node:",
    signIn: "aadsts core directory http hono node:",
    signing: "core directory http tls node:",
    interception: "core http tls node:",
    seed: "core directory storage valibot yaml node:",
    aadsts: "core http",
    http: "core tls node:",
    directory: "core storage node:",
    tls: "storage node:",
    storage: "node:",
    core: "valibot fastest-levenshtein node:",
  },
  cli: {
    "main.ts": "program.ts core",
    "program.ts": "commands core commander node:",
    commands: "registrations parameters core @latchkey/client @latchkey/platform commander node:",
    registrations: "core @latchkey/client @latchkey/platform commander node:",
    parameters: "core @latchkey/client valibot node:",
    core: "@latchkey/client node:",
  },
};
