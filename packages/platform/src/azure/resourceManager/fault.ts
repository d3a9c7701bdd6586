/** An error of Azure Resource Manager, and why it was answered. */
export interface ResourceManagerFault {
  readonly kind: "fault";
  readonly status: 400 | 401 | 403 | 404 | 405 | 409;
  readonly code: string;
  readonly message: string;
  readonly why: string;
}

/** @see https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors */
export function fault(
  status: ResourceManagerFault["status"],
  code: string,
  message: string,
  why: string,
): ResourceManagerFault {
  return { kind: "fault", status, code, message, why };
}
