import { UsageError } from "../core/failure.ts";
import { type Terminal, withoutEscapes } from "../core/terminal.ts";
import { readDirectory } from "../registrations/directoryState.ts";
import { makePlan } from "../registrations/plan/plan.ts";
import type { Planned } from "../registrations/planned.ts";
import { openSecretsFile, type SecretsFile } from "../registrations/secretsFile.ts";
import { describeStep, printPlan, type Step, sender } from "../registrations/step.ts";
import { type Target, tokenVariable } from "../registrations/target/target.ts";
import { addTargetOptions, openTarget, type TargetOptions } from "../registrations/target/targetOptions.ts";
import type { CliCommand } from "./command.ts";

interface ApplyOptions extends TargetOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly secretsFile?: string;
  readonly json?: boolean;
}

export const apply: CliCommand = {
  register(program, terminal) {
    const command = program
      .command("apply")
      .summary("bring a directory's applications up to a manifest")
      .description(
        "Shows what it takes to bring the applications of a directory up to a manifest, asks, and does it through Microsoft Graph alone. Deletes nothing.",
      )
      .argument("<manifest>", "the YAML or JSON file, in the form of the platform's seeds")
      .option("--dry-run", "show the plan and end")
      .option("--yes", "do not ask")
      .option("--secrets-file <file>", "a new file for the secrets that Graph makes; for your account only")
      .option("--json", "print the plan, what was done and the applications' ids as one JSON value")
      .addHelpText(
        "after",
        `
For a tenant, bring an access token for Microsoft Graph in the variable ${tokenVariable} or on standard
input. It needs Application.ReadWrite.All, and for consent AppRoleAssignment.ReadWrite.All and
DelegatedPermissionGrant.ReadWrite.All. Applying again does what is missing, and nothing otherwise.

Example:
  latchkey apply registration.yaml --secrets-file secrets.json`,
      )
      .action((path: string, options: ApplyOptions) => applyManifest(path, options, terminal));
    addTargetOptions(command);
  },
};

async function applyManifest(path: string, options: ApplyOptions, terminal: Terminal): Promise<void> {
  const { readSeedFile } = await import("@latchkey/platform");
  const file = await readSeedFile(path);
  const target = await openTarget(options, terminal);
  const { steps, applications } = makePlan(file, await readDirectory(target.graph, file, terminal.interrupted));
  const todo = steps.filter(({ run }) => run !== undefined);
  if (options.json !== true) {
    printPlan(target, steps, terminal);
  }
  const tellIds = (): void => {
    if (options.json === true) {
      return;
    }
    for (const { name, clientId } of idsOf(applications)) {
      terminal.out(withoutEscapes(`${name}: client id ${clientId}`));
    }
  };
  if (options.dryRun === true || todo.length === 0) {
    tellIds();
  } else {
    requireSecretsFile(steps, options.secretsFile);
    await requireConsent(target, todo.length, options.yes ?? false, terminal);
    // A run that fails half-way has made applications too.
    await carryOut(todo, target, options, terminal).finally(tellIds);
  }
  if (options.json === true) {
    const applied = options.dryRun !== true;
    const plan = steps.map(({ run: _, givesSecret: __, ...shown }) => shown);
    terminal.out(
      JSON.stringify({
        target: target.name,
        tenantId: target.tenantId,
        applied,
        applications: idsOf(applications),
        plan,
      }),
    );
  }
}

/** Of those that are in the directory. */
function idsOf(applications: readonly Planned[]) {
  return applications.flatMap(({ seed: { name }, ids: { client, application } }) =>
    client === undefined || application === undefined ? [] : [{ name, clientId: client, objectId: application }],
  );
}

function requireSecretsFile(steps: readonly Step[], path: string | undefined): void {
  const secrets = steps.filter(({ givesSecret }) => givesSecret);
  if (secrets.length === 0 || path !== undefined) {
    return;
  }
  const names = secrets.map(({ subject, what }) => `${what} of ${subject}`).join(", ");
  throw new UsageError(
    `Graph will make secrets that are shown once: ${names}. Nothing was changed.`,
    "Name a new file for them with --secrets-file.",
  );
}

async function requireConsent({ name }: Target, count: number, isSure: boolean, terminal: Terminal): Promise<void> {
  if (isSure) {
    return;
  }
  const response = await terminal.ask(`Make ${count} change${count === 1 ? "" : "s"} to ${name}? (yes/no) `);
  if (response === undefined) {
    throw new UsageError(
      "There is no terminal to ask whether to go on. Nothing was changed.",
      "Add --yes to make the changes, or --dry-run to see them only.",
    );
  }
  if (!/^y(es)?$/i.test(response.trim())) {
    throw new UsageError("Nothing was changed.", "Answer yes to make the changes.");
  }
}

async function carryOut(
  steps: readonly Step[],
  { graph, tenantId }: Target,
  { secretsFile: path }: ApplyOptions,
  terminal: Terminal,
): Promise<void> {
  const send = sender(graph);
  const secretsFile: SecretsFile | undefined = steps.some(({ givesSecret }) => givesSecret)
    ? await openSecretsFile(path ?? "", tenantId)
    : undefined;
  const keepSecret: SecretsFile["keep"] = async (...secret) => secretsFile?.keep(...secret);
  try {
    for (const [index, step] of steps.entries()) {
      terminal.interrupted.throwIfAborted();
      await step.run?.({ send, keepSecret });
      terminal.err(`${terminal.style("green", "✓")} ${index + 1}/${steps.length} ${describeStep(step)}`);
    }
  } finally {
    await secretsFile?.close();
  }
  if (secretsFile !== undefined) {
    terminal.err(`The new secrets are in ${path}.`);
  }
}
