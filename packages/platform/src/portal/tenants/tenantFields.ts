import { displayNameLimit } from "../../directory/users/userTextLimits.ts";
import type { Markup } from "../../signIn/page/page.ts";
import type { FormFields } from "../frame/fields.ts";

export function displayNameField(fields: FormFields, value = ""): Markup {
  const attributes = `required maxlength="${displayNameLimit}"`;
  return fields.input({ name: "displayName", label: "Display name", value, attributes });
}

export function domainField(fields: FormFields, label: string): Markup {
  return fields.input({ name: "domain", label, attributes: 'required autocapitalize="none"' });
}
