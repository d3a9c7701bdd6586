type Status = 400 | 401 | 403 | 404 | 405 | 409;

/**
 * An error of Azure Resource Manager, and why it was answered. It is thrown where the reason is known and caught by
 * what answers. No `Error`: it is an answer, and nobody reads a stack trace of it.
 *
 * @see https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
 */
export class ArmError {
  readonly status: Status;
  readonly code: string;
  readonly message: string;
  readonly why: string;

  constructor(status: Status, code: string, message: string, why: string) {
    this.status = status;
    this.code = code;
    this.message = message;
    this.why = why;
  }
}

/** What a `catch` has caught, if it is an error of Resource Manager; anything else is thrown on. */
export function armErrorOf(caught: unknown): ArmError {
  if (caught instanceof ArmError) {
    return caught;
  }
  throw caught;
}
