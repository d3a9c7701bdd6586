import { findPrincipal, type Principal } from "../../directory/directoryObjects/principals.ts";
import { findUserByPrincipalName } from "../../directory/users/users.ts";
import type { Markup } from "../../signIn/page/page.ts";
import type { FormFields } from "./fields.ts";
import { type Outcome, type PortalVisit, problem, textField } from "./portalPage.ts";

/** The field for a user, a group or a service principal of the tenant. */
export function principalField(fields: FormFields, name: string): Markup {
  const label = "User name, or object id of a user, group or service principal";
  return fields.input({ name, label, attributes: 'required autocapitalize="none"' });
}

/** Returns the principal that the field names, or the problem to show. */
export function readPrincipal({ context, tenant }: PortalVisit, form: FormData, name: string): Principal | Outcome {
  const typed = textField(form, name);
  const id = typed.includes("@") ? findUserByPrincipalName(context.directory, typed)?.id : typed.toLowerCase();
  const found = findPrincipal(context.directory, id ?? "");
  return found?.tenantId === tenant.id
    ? found
    : problem(`${tenant.displayName} has no user, group or service principal ${typed || "(empty)"}.`, name);
}
