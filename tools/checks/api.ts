import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Extractor, ExtractorConfig, ExtractorLogLevel, type ExtractorMessage } from "@microsoft/api-extractor";
import { root } from "../setUp.js";
import { type Manifest, packages } from "../support/packages.ts";
import { conclude } from "../support/report.ts";

const update = process.env["UPDATE_REPORTS"] !== undefined;
const temporary = join(root, "api", "temp");
const none = { logLevel: ExtractorLogLevel.None };

/** What is wrong with the public surface of one entry point: its report in `api/` was reviewed, and each export is documented. */
function problemsOf(folder: string, manifest: Manifest, types: string, name: string): string[] {
  const entry = join(folder, types);
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
  const configuration = ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: entry,
      newlineKind: "lf",
      compiler: { overrideTsconfig: { compilerOptions, files: [entry] } },
      apiReport: { enabled: true, reportFileName: name, reportFolder: join(root, "api"), reportTempFolder: temporary },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: none },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Error },
          // Everything exported is public.
          "ae-missing-release-tag": none,
          // It asks for a comment on every member, also where the name says it all; exports are looked at below.
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
      if (message.logLevel !== "error" || isAtMainDoor(message, folder, manifest)) {
        return;
      }
      problems.push(`${message.sourceFilePath ?? name}:${message.sourceFileLine ?? ""} ${message.text}`);
    },
  });
  const [reviewed, made] = [linesOf(join(root, "api", name)), linesOf(join(temporary, name))];
  problems.push(...undocumentedIn(made).map((line) => `api/${name}: this export has no doc comment: ${line}`));
  if (apiReportChanged && !update) {
    problems.push(
      `api/${name} has changed. If that is meant, run \`npm run check -- --update api\` and commit the report.`,
      ...reviewed.filter((line) => !made.includes(line)).map((line) => `- ${line}`),
      ...made.filter((line) => !reviewed.includes(line)).map((line) => `+ ${line}`),
    );
  }
  return problems;
}

/** The exports in a report that have no doc comment. */
export function undocumentedIn(report: readonly string[]): string[] {
  return report.filter((_, index) => /^\/\/ @public.*\(undocumented\)/.test(report[index - 1] ?? ""));
}

/** Whether an entry point lacks what the package's main one has: a program gets it there. */
function isAtMainDoor({ messageId, text }: ExtractorMessage, folder: string, { exports }: Manifest): boolean {
  if (messageId !== "ae-forgotten-export" && messageId !== "ae-unresolved-link") {
    return false;
  }
  const door = linesOf(join(folder, Object(exports?.["."])["types"])).join("\n");
  const lists = [...door.matchAll(/^export .*?\{([^}]*)\}/gm)].map(([, names = ""]) => names);
  const exported = lists.flatMap((names) => names.match(/\w+/g) ?? []);
  return (text.match(/"\w+"/g) ?? []).some((quoted) => exported.includes(quoted.slice(1, -1)));
}

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(temporary, { recursive: true });
  const problems = packages().flatMap(({ folder, manifest }) =>
    Object.entries(manifest.exports ?? {}).flatMap(([door, target]) => {
      const name = `${manifest.name.replace("@latchkey/", "")}${door.slice(1).replace("/", "-")}.api.md`;
      return typeof target === "string" || target["types"] === undefined
        ? []
        : problemsOf(folder, manifest, target["types"], name);
    }),
  );
  rmSync(temporary, { recursive: true });
  conclude(problems);
}
