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
      .summary("update a directory's applications to match a manifest")
      .description(
        "Shows what has to change for a directory's applications to match a manifest, asks for confirmation, and makes the changes through Microsoft Graph. Deletes nothing.",
      )
      .argument("<manifest>", "the YAML or JSON file, in the format of the platform's seeds")
      .option("--dry-run", "show the plan and end")
      .option("--yes", "do not ask for confirmation")
      .option("--secrets-file <file>", "a new file for the secrets that Graph generates, readable only by you")
      .option("--json", "print the plan, its result and the applications' ids as one JSON value")
      .addHelpText(
        "after",
        `
For a tenant, provide an access token for Microsoft Graph in the variable ${tokenVariable} or on standard
input. It needs Application.ReadWrite.All, and for consent AppRoleAssignment.ReadWrite.All and
DelegatedPermissionGrant.ReadWrite.All. If you apply a manifest again, only what is missing is done.

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
  const changes = steps.filter(({ run }) => run !== undefined);
  if (options.json !== true) {
    printPlan(target, steps, terminal);
  }
  const printIds = (): void => {
    if (options.json === true) {
      return;
    }
    for (const { name, clientId } of idsOf(applications)) {
      terminal.out(withoutEscapes(`${name}: client id ${clientId}`));
    }
  };
  if (options.dryRun === true || changes.length === 0) {
    printIds();
  } else {
    requireSecretsFile(steps, options.secretsFile);
    await requireConfirmation(target, changes.length, options.yes ?? false, terminal);
    // A run that fails half-way has created applications too.
    await applySteps(changes, target, options, terminal).finally(printIds);
  }
  if (options.json === true) {
    const applied = options.dryRun !== true;
    const plan = steps.map(({ run: _, createsSecret: __, ...shown }) => shown);
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

/** Lists only applications that exist in the directory. */
function idsOf(applications: readonly Planned[]) {
  return applications.flatMap(({ seed: { name }, ids: { client, application } }) =>
    client === undefined || application === undefined ? [] : [{ name, clientId: client, objectId: application }],
  );
}

function requireSecretsFile(steps: readonly Step[], path: string | undefined): void {
  const secrets = steps.filter(({ createsSecret }) => createsSecret);
  if (secrets.length === 0 || path !== undefined) {
    return;
  }
  const names = secrets.map(({ subject, what }) => `${what} of ${subject}`).join(", ");
  throw new UsageError(
    `Graph will generate secrets that are shown only once: ${names}. Nothing was changed.`,
    "Set --secrets-file to a new file for them.",
  );
}

async function requireConfirmation(
  { name }: Target,
  count: number,
  isConfirmed: boolean,
  terminal: Terminal,
): Promise<void> {
  if (isConfirmed) {
    return;
  }
  const response = await terminal.ask(`Make ${count} change${count === 1 ? "" : "s"} to ${name}? (yes/no) `);
  if (response === undefined) {
    throw new UsageError(
      "There is no terminal to ask for confirmation. Nothing was changed.",
      "Add --yes to make the changes, or --dry-run to only see them.",
    );
  }
  if (!/^y(es)?$/i.test(response.trim())) {
    throw new UsageError("Nothing was changed.", "Answer yes to make the changes.");
  }
}

async function applySteps(
  steps: readonly Step[],
  { graph, tenantId }: Target,
  { secretsFile: path }: ApplyOptions,
  terminal: Terminal,
): Promise<void> {
  const send = sender(graph);
  const secretsFile: SecretsFile | undefined = steps.some(({ createsSecret }) => createsSecret)
    ? await openSecretsFile(path ?? "", tenantId)
    : undefined;
  const storeSecret: SecretsFile["store"] = async (...secret) => secretsFile?.store(...secret);
  try {
    for (const [index, step] of steps.entries()) {
      terminal.interrupted.throwIfAborted();
      await step.run?.({ send, storeSecret });
      terminal.err(`${terminal.style("green", "✓")} ${index + 1}/${steps.length} ${describeStep(step)}`);
    }
  } finally {
    await secretsFile?.close();
  }
  if (secretsFile !== undefined) {
    terminal.err(`The new secrets are in ${path}.`);
  }
}
