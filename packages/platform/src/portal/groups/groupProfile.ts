import { html } from "hono/html";
import { countGroupMembers } from "../../directory/groups/groupMembers.ts";
import { deleteGroup, type Group, getGroup, updateGroup } from "../../directory/groups/groups.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import { formFields } from "../frame/fields.ts";
import { objectPage } from "../frame/objectPage.ts";
import { groupPath } from "../frame/objectPaths.ts";
import { buttonForm, formToken, portalFrame } from "../frame/portalFrame.ts";
import type { PortalPage } from "../frame/portalPage.ts";
import { appRolesSection } from "../permissionGrants/appRolesSection.ts";
import { groupFields, readGroupFields } from "./groupFields.ts";
import { addMember, type GroupVisit, membersSection, removeMember } from "./groupMembersSection.ts";

/** One group with its members and app roles; it can be changed and deleted. */
export const groupProfile: PortalPage = objectPage<GroupVisit>({
  path: groupPath("{groupId}"),
  noun: "group",
  list: "/portal/groups",
  load(visit) {
    const group = getGroup(visit.context.directory, visit.parameters["groupId"] ?? "");
    return group?.tenantId === visit.tenant.id ? { ...visit, group } : undefined;
  },
  show,
  actions: {
    save({ context, group }, form) {
      const read = readGroupFields(form);
      if (read.kind !== "fields") {
        return read;
      }
      updateGroup(context.directory, group.id, read.fields);
      return { kind: "done", why: `changed the group ${group.displayName}` };
    },
    "add-member": addMember,
    "remove-member": removeMember,
    delete({ context, group }) {
      deleteGroup(context.directory, group.id);
      return { kind: "done", why: `deleted the group ${group.displayName}`, to: "/portal/groups" };
    },
  },
});

function show(visit: GroupVisit): Promise<PlainResponse> {
  const { context, group } = visit;
  const count = countGroupMembers(context.directory, group.id);
  const body = html`<dl>
<dt>Object id</dt><dd><code>${group.id}</code></dd>
<dt>Kind</dt><dd>${kindOf(group)}</dd>
<dt>Direct members</dt><dd>${count === 1 ? "1 member" : `${count} members`}</dd>
</dl>
<form method="post">${formToken(visit)}
${groupFields(formFields(visit, "save"), group)}
<div class="actions"><button class="primary" type="submit" name="action" value="save">Save</button></div>
</form>
${membersSection(visit)}
${appRolesSection(context.directory, group.id, [])}
<h2>Removal</h2>
<ul class="rows"><li><div>${
    isUnified(group)
      ? "A deleted Microsoft 365 group can be restored through Graph for 30 days."
      : "A deleted security group cannot be restored. Its members are kept but lose the access they had through it."
  }</div>${buttonForm(visit, "delete", "Delete")}</li></ul>`;
  return portalFrame(visit, { title: group.displayName, body });
}

function kindOf(group: Group): string {
  if (isUnified(group)) {
    return "Microsoft 365";
  }
  return group.securityEnabled ? "Security" : "Distribution";
}

function isUnified({ groupTypes }: Group): boolean {
  return groupTypes.includes("Unified");
}
