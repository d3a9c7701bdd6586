import { AuthError, ServerError } from "@latchkey/client";
import { type Terminal, withoutEscapes } from "./terminal.ts";

/** A mistake in how a command was used: what is wrong, and what to do. */
export class UsageError extends Error {
  override name = "UsageError";
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** A failure with the field names of the documented daemon samples, and what to do about it. */
export interface Failure {
  readonly error: string;
  readonly error_description: string;
  readonly correlation_id: string | null;
  readonly remedy: string | null;
}

/** A failure that a command has already described. */
export class DescribedFailure extends Error {
  override name = "DescribedFailure";
  readonly failure: Failure;

  constructor(failure: Failure, options: ErrorOptions) {
    super(failure.error_description, options);
    this.failure = failure;
  }
}

/** Describes anything that a command can throw. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof DescribedFailure) {
    return error.failure;
  }
  if (error instanceof AuthError) {
    return {
      error: (error instanceof ServerError ? error.error : undefined) ?? error.code,
      error_description: error.message,
      correlation_id: error.correlationId ?? null,
      remedy: error.remedy,
    };
  }
  if (error instanceof UsageError) {
    return { error: "invalid_usage", error_description: error.message, correlation_id: null, remedy: error.remedy };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    error: textProperty(error, "code") ?? "failed",
    error_description: message,
    correlation_id: null,
    remedy: textProperty(error, "remedy"),
  };
}

/** Prints a failure: with `json` one JSON value on standard output, otherwise lines on standard error. */
export function printFailure(terminal: Terminal, failure: Failure, json: boolean): void {
  if (json) {
    terminal.out(JSON.stringify(failure));
    return;
  }
  const line = (name: string, value: string): void =>
    terminal.err(`${terminal.style("red", `${name}:`)} ${withoutEscapes(value)}`);
  line("error", failure.error);
  line("error_description", failure.error_description);
  if (failure.correlation_id) {
    line("correlation_id", failure.correlation_id);
  }
  if (failure.remedy) {
    terminal.err(`${terminal.style("green", "What to do:")} ${withoutEscapes(failure.remedy)}`);
  }
}

/** The platform's errors also have a code and a remedy, but share no class with the client's. */
function textProperty(error: unknown, name: "code" | "remedy"): string | null {
  if (!(error instanceof Error) || !("remedy" in error)) {
    return null;
  }
  const text: unknown = (error as { readonly code?: unknown; readonly remedy: unknown })[name];
  return typeof text === "string" ? text : null;
}
