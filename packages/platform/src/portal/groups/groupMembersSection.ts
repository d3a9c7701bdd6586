import { html } from "hono/html";
import { findPrincipal, type Principal } from "../../directory/directoryObjects/principals.ts";
import {
  addGroupMember,
  isGroupMember,
  listGroupMembers,
  removeGroupMember,
} from "../../directory/groups/groupMembers.ts";
import type { Group } from "../../directory/groups/groups.ts";
import type { Markup } from "../../signIn/page/page.ts";
import { formFields } from "../frame/fields.ts";
import { nextPageLink, pageRequest } from "../frame/listPaging.ts";
import { groupPath, userPath } from "../frame/objectPaths.ts";
import { buttonForm, formToken } from "../frame/portalFrame.ts";
import { attempt, type Outcome, type PortalVisit, problem, textField } from "../frame/portalPage.ts";
import { principalField, readPrincipal } from "../frame/principalField.ts";

export interface GroupVisit extends PortalVisit {
  readonly group: Group;
}

const kinds = { User: "user", Group: "group", ServicePrincipal: "service principal" } as const;

/** The direct members of a group, one page at a time, and the form to add one. */
export function membersSection(visit: GroupVisit): Markup {
  const { context, group } = visit;
  const { limit, after } = pageRequest(visit);
  const found = listGroupMembers(context.directory, group.id, { limit, after });
  const members = found.items.flatMap((id) => findPrincipal(context.directory, id) ?? []);
  return html`<h2>Members</h2>
${members.length === 0 ? html`<p>The group has no members.</p>` : ""}
<ul class="rows">${members.map((member) => memberRow(visit, member))}</ul>
${nextPageLink(visit, found)}
<form method="post">${formToken(visit)}
${principalField(formFields(visit, "add-member"), "member")}
<div class="actions"><button class="primary" type="submit" name="action" value="add-member">Add member</button></div>
</form>`;
}

function memberRow(visit: GroupVisit, { id, type, displayName }: Principal): Markup {
  const pages = { User: userPath(id), Group: groupPath(id), ServicePrincipal: undefined };
  const path = pages[type];
  return html`<li><div>${path === undefined ? html`<strong>${displayName}</strong>` : html`<a href="${path}">${displayName}</a>`}<br>
<span class="soft">${kinds[type]} <code>${id}</code></span></div>
${buttonForm(visit, "remove-member", html`Remove <span class="soft">${displayName}</span>`, { id })}</li>`;
}

export function addMember(visit: GroupVisit, form: FormData): Outcome {
  const { context, group } = visit;
  const member = readPrincipal(visit, form, "member");
  if ("kind" in member) {
    return member;
  }
  if (isGroupMember(context.directory, group.id, member.id)) {
    return problem(`${member.displayName} is already a member.`, "member");
  }
  const added = attempt(() => addGroupMember(context.directory, group.id, member), "member");
  return "problem" in added
    ? added.problem
    : { kind: "done", why: `added ${member.displayName} to ${group.displayName}` };
}

export function removeMember({ context, group }: GroupVisit, form: FormData): Outcome {
  return removeGroupMember(context.directory, group.id, textField(form, "id"))
    ? { kind: "done", why: `removed a member from ${group.displayName}` }
    : problem("The member has already been removed.");
}
