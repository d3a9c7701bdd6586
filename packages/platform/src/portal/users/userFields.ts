import { html } from "hono/html";
import { findPrincipalNameProblem, isPrincipalName } from "../../directory/users/userPrincipalName.ts";
import type { User } from "../../directory/users/users.ts";
import { displayNameLimit, userTextLimits } from "../../directory/users/userTextLimits.ts";
import type { Markup } from "../../signIn/page/page.ts";
import type { FormFields } from "../frame/fields.ts";
import { type Outcome, type PortalVisit, problem, textField } from "../frame/portalPage.ts";

const texts = [
  ["givenName", "First name"],
  ["surname", "Last name"],
  ["jobTitle", "Job title"],
  ["department", "Department"],
] as const;

export type UserFields = Pick<User, "userPrincipalName" | "displayName" | (typeof texts)[number][0]>;

/** The fields that the forms of new and of existing users share. */
export function userFields(fields: FormFields, { userPrincipalName, ...user }: Partial<UserFields> = {}): Markup {
  return html`${fields.input({ name: "userPrincipalName", label: "User name", value: userPrincipalName ?? "", attributes: 'required maxlength="113" autocapitalize="none"' })}
${fields.input({ name: "displayName", label: "Display name", value: user.displayName ?? "", attributes: `required maxlength="${displayNameLimit}"` })}
${texts.map(([name, label]) => fields.input({ name, label, value: user[name] ?? "", attributes: `maxlength="${userTextLimits[name]}"` }))}`;
}

/** Returns the checked fields. `id` is the user they are for; absent for a new one. */
export function readUserFields(
  { context, tenant }: PortalVisit,
  form: FormData,
  id?: string,
): { readonly kind: "fields"; readonly fields: UserFields } | Outcome {
  const [userPrincipalName, displayName] = [textField(form, "userPrincipalName"), textField(form, "displayName")];
  if (!isPrincipalName(userPrincipalName)) {
    const example = `ada@${tenant.domains.find(({ isDefault }) => isDefault)?.name}`;
    return problem(
      `${userPrincipalName || "(empty)"} is not a user name. Enter one like ${example}.`,
      "userPrincipalName",
    );
  }
  const refusal = findPrincipalNameProblem(context.directory, tenant, userPrincipalName, id);
  if (refusal?.kind === "unverifiedDomain") {
    const text = `${refusal.domain} is not a verified domain of ${tenant.displayName}. Use ${refusal.verified.join(" or ")}.`;
    return problem(text, "userPrincipalName");
  }
  if (refusal?.kind === "taken") {
    const text = `${refusal.holder.displayName} already has the user name ${userPrincipalName}. Choose another one.`;
    return problem(text, "userPrincipalName");
  }
  if (displayName === "" || displayName.length > displayNameLimit) {
    return problem(`Enter a display name of at most ${displayNameLimit} characters.`, "displayName");
  }
  const tooLong = texts.find(([name]) => textField(form, name).length > userTextLimits[name]);
  if (tooLong !== undefined) {
    return problem(`${tooLong[1]} may have at most ${userTextLimits[tooLong[0]]} characters.`, tooLong[0]);
  }
  const text = (name: (typeof texts)[number][0]): string | null => textField(form, name) || null;
  return {
    kind: "fields",
    fields: {
      userPrincipalName,
      displayName,
      givenName: text("givenName"),
      surname: text("surname"),
      jobTitle: text("jobTitle"),
      department: text("department"),
    },
  };
}
