import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { root } from "../setUp.js";
import { inCi } from "../support/inCi.ts";

/** A program and its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** A language of test clients: how it is found and installed. */
export interface Language {
  readonly name: string;
  /** What runs its programs once they are installed. */
  readonly command: string;
  /** Whether it is ready without an installation. */
  readonly isPresent?: boolean;
  /** Succeeds where the machine has what the installation takes. */
  readonly probe: CommandLine;
  /** What it takes, for somebody who lacks it. */
  readonly needs: string;
  /** Whether a machine that lacks it is no failure in CI either. */
  readonly isOptional?: boolean;
  /** The installation, and where it is run. */
  readonly commands: readonly CommandLine[];
  readonly cwd: string;
  /** The folder that it fills, and what in `cwd` that is made from: it is kept until that changes. */
  readonly folder: string;
  readonly sources: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const windows = process.platform === "win32";
const clients = join(root, "test", "clients");
/** Shared by all clones on this machine; CI keeps it from run to run. */
const cache = process.env["LATCHKEY_CACHE"] ?? join(homedir(), ".cache", "latchkey");

const chromiumPath = [
  process.env["CHROMIUM_PATH"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
].find((place) => place !== "" && existsSync(place));

export const languages: readonly Language[] = [
  pythonPackages("python", windows ? "python.exe" : "python"),
  // Compiling all of Azure CLI takes longer than everything the tests run of it.
  pythonPackages("azureCli", windows ? "az.exe" : "az", "--no-compile"),
  {
    // Years older than the one on PyPI and still what `apt-get install` brings. Its packages are unpacked, not installed:
    // no rights are needed, and the machine stays as it is.
    name: "azureCliDebian",
    command: join(cache, "azureCliDebian", "az"),
    probe: shell("apt-cache policy azure-cli | grep -q 'Candidate: 2.45.0'"),
    needs: "Debian 12's package azure-cli 2.45.0",
    isOptional: true,
    cwd: root,
    folder: join(cache, "azureCliDebian"),
    sources: [],
    commands: [
      shell(`cd '${join(cache, "azureCliDebian")}' &&
        apt-get download $(apt-get -s install --no-install-recommends azure-cli | sed -n 's/^Inst \\([^ ]*\\).*/\\1/p') &&
        for each in *.deb; do dpkg -x "$each" files && rm "$each" || exit; done &&
        printf '#!/bin/sh\\nPYTHONPATH="%s" exec /usr/bin/python3 -m azure.cli "$@"\\n' "$PWD/files/usr/lib/python3/dist-packages" > az &&
        chmod 755 az`),
    ],
  },
  {
    name: "java",
    command: "java",
    probe: ["mvn", "--version"],
    needs: "JDK 17 or newer with Maven",
    cwd: join(clients, "java"),
    folder: join(clients, "java", "target"),
    sources: ["pom.xml", "src"],
    commands: [["mvn", "--quiet", "--batch-mode", "package"]],
  },
  {
    name: "go",
    // A program for each folder; tests name the others by it.
    command: join(clients, "go", "build", windows ? "daemon.exe" : "daemon"),
    probe: ["go", "version"],
    needs: "Go 1.22 or newer",
    cwd: join(clients, "go"),
    folder: join(clients, "go", "build"),
    sources: ["go.mod", "go.sum", "daemon", "deviceCode", "managedIdentity", "tokenCache"],
    commands: [["go", "build", "-o", "build/", "./..."]],
    // Without cgo no C compiler is needed. The Go that is here is the one to use, not one that go would fetch.
    environment: { CGO_ENABLED: "0", GOTOOLCHAIN: "local" },
  },
  {
    // On a person's machine it is found and not installed: its updates are the system's affair.
    name: "chromium",
    command: chromiumPath ?? "/usr/bin/chromium",
    isPresent: chromiumPath !== undefined,
    probe: shell(inCi() ? "test $(id -u) = 0 && apt-get --version" : "false"),
    needs: "Chromium on the PATH or in CHROMIUM_PATH",
    cwd: root,
    folder: join(cache, "chromium"),
    sources: [],
    commands: [["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]],
    environment: { DEBIAN_FRONTEND: "noninteractive" },
  },
];

/** A virtual environment with the packages that requirements.txt pins. */
function pythonPackages(name: string, program: string, ...pipOptions: readonly string[]): Language {
  const python = windows ? "python" : "python3";
  const folder = join(cache, name);
  const programs = join(folder, windows ? "Scripts" : "bin");
  const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", ...pipOptions];
  return {
    name,
    command: join(programs, program),
    // Debian ships the module that makes virtual environments apart.
    probe: [python, "-c", "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))"],
    needs: "Python 3.10 or newer with its module venv",
    cwd: join(clients, name),
    folder,
    sources: ["requirements.txt"],
    commands: [
      [python, "-m", "venv", folder],
      [join(programs, "python"), ...pip, "-r", "requirements.txt"],
    ],
  };
}

function shell(script: string): CommandLine {
  return ["sh", "-c", script];
}
