/**
 * One thing to do before the work can start.
 *
 * @typedef {object} Step
 * @property {string} title what a person reads while waiting
 * @property {() => boolean} isDone whether there is nothing to do
 * @property {() => Promise<string | undefined>} run does it; may resolve to a remark to print
 */

/** A step that failed, with everything the failed program wrote and what to do about it. */
export class StepError extends Error {
  /**
   * @param {string} message
   * @param {{ output?: string, remedy: string, exitCode?: number }} details
   */
  constructor(message, details) {
    super(message);
    this.name = "StepError";
    this.output = details.output ?? "";
    this.remedy = details.remedy;
    this.exitCode = details.exitCode ?? 1;
  }
}

/**
 * Runs the steps that are not done yet, one line each with the time it takes, and prints nothing for the others.
 *
 * @param {readonly Step[]} steps
 * @param {{ write: (text: string) => unknown, isTTY?: boolean | undefined }} [out]
 * @returns {Promise<void>}
 * @throws {StepError} what the first failing step throws
 */
export async function runSteps(steps, out = process.stdout) {
  const needed = steps.filter((step) => !step.isDone());
  for (const [index, step] of needed.entries()) {
    const line = `[${index + 1}/${needed.length}] ${step.title} ...`;
    const startedAt = Date.now();
    const elapsed = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
    out.write(line);
    // A log file cannot take a line back, so there the time is appended, and rarely.
    const ticking = setInterval(
      () => out.write(out.isTTY ? `\r${line} ${elapsed()}` : ` ${elapsed()} ...`),
      out.isTTY ? 1_000 : 10_000,
    );
    try {
      const remark = await step.run();
      out.write(`${out.isTTY ? `\r${line}` : ""} done in ${elapsed()}\n`);
      if (remark !== undefined) out.write(`      ${remark}\n`);
    } catch (error) {
      out.write(`${out.isTTY ? `\r${line}` : ""} ${isStop(error) ? "stopped" : "failed"} after ${elapsed()}\n`);
      throw error;
    } finally {
      clearInterval(ticking);
    }
  }
}

/**
 * Runs a tool's main function and sets the exit code; a failed step is printed with its output and its remedy.
 *
 * @param {() => Promise<number>} main resolves to the exit code
 * @returns {Promise<void>}
 */
export async function runTool(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const output = error.output.trim();
    process.stderr.write(`${output === "" ? "" : `\n${output}\n`}\n${error.message}\n${error.remedy}\n`);
    process.exitCode = error.exitCode;
  }
}

/**
 * @param {unknown} error
 * @returns {boolean}
 */
function isStop(error) {
  return error instanceof StepError && error.exitCode >= 128;
}
