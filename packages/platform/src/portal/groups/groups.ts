import { html } from "hono/html";
import { createGroup, listGroups } from "../../directory/groups/groups.ts";
import { formFields } from "../frame/fields.ts";
import { nextPageLink, pageRequest, searchForm } from "../frame/listPaging.ts";
import { groupPath } from "../frame/objectPaths.ts";
import { formToken, portalFrame } from "../frame/portalFrame.ts";
import type { PortalPage } from "../frame/portalPage.ts";
import { groupFields, readGroupFields } from "./groupFields.ts";

/** Lists and searches the tenant's groups, and creates security groups. */
export const groups: PortalPage = {
  path: "/groups",
  show(visit) {
    const found = listGroups(visit.context.directory, visit.tenant.id, pageRequest(visit));
    const body = html`${searchForm(visit, "Name begins with")}
${found.items.length === 0 ? html`<p>No groups found.</p>` : ""}
<ul class="rows">${found.items.map(
      ({ id, displayName, description }) => html`<li><div><a href="${groupPath(id)}">${displayName}</a><br>
<span class="soft">${description ?? ""}</span></div></li>`,
    )}</ul>
${nextPageLink(visit, found)}
<h2>New security group</h2>
<form method="post">${formToken(visit)}
${groupFields(formFields(visit, "create"))}
<div class="actions"><button class="primary" type="submit" name="action" value="create">Create group</button></div>
</form>`;
    return portalFrame(visit, { title: "Groups", body });
  },
  actions: {
    create({ context, tenant }, form) {
      const read = readGroupFields(form);
      if (read.kind !== "fields") {
        return read;
      }
      const { id, displayName } = createGroup(context.directory, { ...read.fields, tenantId: tenant.id });
      return { kind: "done", why: `created the group ${displayName}`, to: groupPath(id) };
    },
  },
};
