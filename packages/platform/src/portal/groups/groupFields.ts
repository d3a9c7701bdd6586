import { html } from "hono/html";
import { descriptionLimit, type Group } from "../../directory/groups/groups.ts";
import { displayNameLimit } from "../../directory/users/userTextLimits.ts";
import type { Markup } from "../../signIn/page/page.ts";
import type { FormFields } from "../frame/fields.ts";
import { type Outcome, problem, textField } from "../frame/portalPage.ts";

type GroupFields = Pick<Group, "displayName" | "description">;

/** The fields that the forms of new and of existing groups share. */
export function groupFields(fields: FormFields, group?: GroupFields): Markup {
  return html`${fields.input({ name: "displayName", label: "Name", value: group?.displayName, attributes: `required maxlength="${displayNameLimit}"` })}
${fields.input({ name: "description", label: "Description", value: group?.description ?? "", attributes: `maxlength="${descriptionLimit}"` })}`;
}

export function readGroupFields(form: FormData): { readonly kind: "fields"; readonly fields: GroupFields } | Outcome {
  const [displayName, description] = [textField(form, "displayName"), textField(form, "description")];
  if (displayName === "" || displayName.length > displayNameLimit) {
    return problem(`Enter a name of at most ${displayNameLimit} characters.`, "displayName");
  }
  return description.length > descriptionLimit
    ? problem(`Enter a description of at most ${descriptionLimit} characters.`, "description")
    : { kind: "fields", fields: { displayName, description: description || null } };
}
