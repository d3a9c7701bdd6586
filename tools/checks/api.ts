import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Extractor, ExtractorConfig, ExtractorLogLevel, type ExtractorMessage } from "@microsoft/api-extractor";
import { root } from "../setUp.js";
import { packages } from "../support/packages.ts";
import { conclude } from "../support/report.ts";

const update = process.env["UPDATE_REPORTS"] !== undefined;
const temporary = join(root, "api", "temp");
const none = { logLevel: ExtractorLogLevel.None };
const off = { enabled: false };

const compilerOptions = {
  target: "es2022",
  module: "nodenext",
  lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable"],
  types: ["node"],
  typeRoots: [join(root, "node_modules", "@types")],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
};

/** Returns the problems of an entry point: its report must be the reviewed one in `api/`, and each export documented. */
function problemsOf(folder: string, types: string, mainTypes: string | undefined, name: string): string[] {
  const entry = join(folder, types);
  const configuration = ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: entry,
      newlineKind: "lf",
      compiler: { overrideTsconfig: { compilerOptions, files: [entry] } },
      apiReport: { enabled: true, reportFileName: name, reportFolder: join(root, "api"), reportTempFolder: temporary },
      docModel: off,
      dtsRollup: off,
      tsdocMetadata: off,
      messages: {
        compilerMessageReporting: { default: none },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Error },
          // Everything exported is public.
          "ae-missing-release-tag": none,
          // It wants a comment even for members whose name is enough; exports are checked below.
          "ae-undocumented": none,
        },
        tsdocMessageReporting: { default: none },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, "package.json"),
  });
  const problems: string[] = [];
  const { apiReportChanged } = Extractor.invoke(configuration, {
    localBuild: update,
    messageCallback(message) {
      message.handled = true;
      if (message.logLevel === "error" && !(mainTypes && isExportedBy(join(folder, mainTypes), message))) {
        problems.push(`${message.sourceFilePath ?? name}:${message.sourceFileLine ?? ""} ${message.text}`);
      }
    },
  });
  const [reviewed, made] = [linesOf(join(root, "api", name)), linesOf(join(temporary, name))];
  problems.push(...undocumentedIn(made).map((line) => `api/${name}: this export has no doc comment: ${line}`));
  if (apiReportChanged && !update) {
    problems.push(
      `api/${name} has changed. If this is intended, run \`npm run check -- --update api\` and commit the report.`,
      ...reviewed.filter((line) => !made.includes(line)).map((line) => `- ${line}`),
      ...made.filter((line) => !reviewed.includes(line)).map((line) => `+ ${line}`),
    );
  }
  return problems;
}

/** Returns the exports in a report that have no doc comment. */
export function undocumentedIn(report: readonly string[]): string[] {
  return report.filter((_, index) => /^\/\/ @public.*\(undocumented\)/.test(report[index - 1] ?? ""));
}

/** Whether a name that an entry point lacks is exported by the package's main one, where programs can get it. */
function isExportedBy(mainTypes: string, { messageId, text }: ExtractorMessage): boolean {
  const lists = [
    ...linesOf(mainTypes)
      .join("\n")
      .matchAll(/^export .*?\{([^}]*)\}/gm),
  ];
  const exported = lists.flatMap(([, names = ""]) => names.match(/\w+/g) ?? []);
  const quoted = text.match(/"\w+"/g) ?? [];
  return (
    ["ae-forgotten-export", "ae-unresolved-link"].includes(messageId) &&
    quoted.some((each) => exported.includes(each.slice(1, -1)))
  );
}

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(temporary, { recursive: true });
  const problems = packages().flatMap(({ folder, manifest: { name, exports = {} } }) =>
    Object.entries(exports).flatMap(([door, target]) => {
      const types: string | undefined = Object(target).types;
      const report = `${name.replace("@latchkey/", "")}${door.slice(1).replace("/", "-")}.api.md`;
      return types === undefined ? [] : problemsOf(folder, types, Object(exports["."]).types, report);
    }),
  );
  rmSync(temporary, { recursive: true });
  conclude(problems);
}
