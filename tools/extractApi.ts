import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Extractor, ExtractorConfig, type ExtractorMessage } from "@microsoft/api-extractor";
import { root } from "./setUp.js";

const [folder = "", types = "", report = "", flag] = process.argv.slice(2);

const configuration = ExtractorConfig.prepare({
  configObject: {
    projectFolder: folder,
    mainEntryPointFilePath: types,
    newlineKind: "lf",
    compiler: {
      overrideTsconfig: {
        compilerOptions: {
          target: "es2022",
          module: "nodenext",
          moduleResolution: "nodenext",
          lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable"],
          types: ["node"],
          typeRoots: [join(root, "node_modules", "@types")],
          allowImportingTsExtensions: true,
          noEmit: true,
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: true,
        },
        files: [types],
      },
    },
    apiReport: {
      enabled: true,
      reportFileName: `${report}.api.md`,
      reportFolder: join(root, "api"),
      reportTempFolder: join(root, "api", "temp"),
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    messages: {
      // TypeScript's own checks run elsewhere; release tags are not used here, since everything exported is public.
      compilerMessageReporting: { default: { logLevel: "none" as never } },
      extractorMessageReporting: {
        default: { logLevel: "error" as never },
        "ae-missing-release-tag": { logLevel: "none" as never },
        // It asks for a comment on every member, also where the name says it all; exports are looked at below.
        "ae-undocumented": { logLevel: "none" as never },
      },
      tsdocMessageReporting: { default: { logLevel: "none" as never } },
    },
  },
  configObjectFullPath: undefined,
  packageJsonFullPath: join(folder, "package.json"),
});

const problems: string[] = [];
const result = Extractor.invoke(configuration, {
  localBuild: flag === "--update",
  showVerboseMessages: false,
  messageCallback: (message: ExtractorMessage) => {
    if (message.logLevel === "error" && !isAtMainDoor(message)) {
      problems.push(`${message.sourceFilePath ?? ""}:${message.sourceFileLine ?? ""} ${message.text}`);
    }
    message.handled = true;
  },
});

problems.push(
  ...linesOf("temp").flatMap((line, index, lines) =>
    line === "// @public (undocumented)" ? [`This export has no doc comment: ${lines[index + 1] ?? ""}`] : [],
  ),
);
if (result.apiReportChanged && flag !== "--update") {
  problems.push(
    "The public surface has changed. If that is meant, run `npm run check -- --update api` and commit the report.",
    difference(),
  );
}
if (problems.length > 0) {
  process.stderr.write(`${problems.join("\n")}\n`);
  process.exitCode = 1;
}

/** Whether a door misses what the package's main door has: a program gets it there. */
function isAtMainDoor({ messageId, text }: ExtractorMessage): boolean {
  if (messageId !== "ae-forgotten-export" && messageId !== "ae-unresolved-link") return false;
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const door = readFileSync(join(folder, exports["."].types), "utf8");
  const exported = [...door.matchAll(/^export .*?\{([^}]*)\}/gm)].flatMap(
    ([, names = ""]) => names.match(/\w+/g) ?? [],
  );
  return (text.match(/"\w+"/g) ?? []).some((name) => exported.includes(name.slice(1, -1)));
}

/** The lines only one of the two reports has: enough to see what changed without a diff program. */
function difference(): string {
  const reviewed = linesOf();
  const built = linesOf("temp");
  return [
    ...reviewed.filter((line) => !built.includes(line)).map((line) => `- ${line}`),
    ...built.filter((line) => !reviewed.includes(line)).map((line) => `+ ${line}`),
  ].join("\n");
}

function linesOf(...path: string[]): string[] {
  try {
    return readFileSync(join(root, "api", ...path, `${report}.api.md`), "utf8").split("\n");
  } catch {
    return [];
  }
}
