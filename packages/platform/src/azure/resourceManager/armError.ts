type Status = 400 | 401 | 403 | 404 | 405 | 409;

/**
 * An error of Azure Resource Manager, with the reason for the log. It is thrown where the reason is known and caught
 * where requests are answered. Not an `Error`: it is a response, and a stack trace would be of no use.
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

/** Returns a caught value if it is an error of Resource Manager; rethrows anything else. */
export function armErrorOf(caught: unknown): ArmError {
  if (caught instanceof ArmError) {
    return caught;
  }
  throw caught;
}
