import { html } from "hono/html";
import { isPrincipalName, refusePrincipalName } from "../../directory/users/userPrincipalName.ts";
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

/** What the form of a new user and that of one who is there have in common. */
export function userFields(fields: FormFields, { userPrincipalName, ...user }: Partial<UserFields> = {}): Markup {
  return html`${fields.input({ name: "userPrincipalName", label: "User name", value: userPrincipalName ?? "", attributes: 'required maxlength="113" autocapitalize="none"' })}
${fields.input({ name: "displayName", label: "Display name", value: user.displayName ?? "", attributes: `required maxlength="${displayNameLimit}"` })}
${texts.map(([name, label]) => fields.input({ name, label, value: user[name] ?? "", attributes: `maxlength="${userTextLimits[name]}"` }))}`;
}

/** The checked fields; `id` is that of the user they are for, absent for a new one. */
export function readUserFields(
  { context, tenant }: PortalVisit,
  form: FormData,
  id?: string,
): { readonly kind: "fields"; readonly fields: UserFields } | Outcome {
  const [userPrincipalName, displayName] = [textField(form, "userPrincipalName"), textField(form, "displayName")];
  if (!isPrincipalName(userPrincipalName)) {
    const example = `ada@${tenant.domains.find(({ isDefault }) => isDefault)?.name}`;
    return problem(`${userPrincipalName || "(empty)"} is no user name; it is like ${example}.`, "userPrincipalName");
  }
  const refused = refusePrincipalName(context.directory, tenant, userPrincipalName, id);
  if (refused?.kind === "unverifiedDomain") {
    const text = `${refused.domain} is no verified domain of ${tenant.displayName}; use ${refused.verified.join(" or ")}.`;
    return problem(text, "userPrincipalName");
  }
  if (refused?.kind === "taken") {
    const text = `${refused.holder.displayName} has the user name ${userPrincipalName}; choose another.`;
    return problem(text, "userPrincipalName");
  }
  if (displayName === "" || displayName.length > displayNameLimit) {
    return problem(`Display name is required and at most ${displayNameLimit} characters long.`, "displayName");
  }
  const long = texts.find(([name]) => textField(form, name).length > userTextLimits[name]);
  if (long !== undefined) {
    return problem(`${long[1]} is at most ${userTextLimits[long[0]]} characters long.`, long[0]);
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
