import { replaceEntries } from "./changeLog.ts";

const principals = `(SELECT id, tenantId, 'User' AS type FROM user
    UNION ALL SELECT id, tenantId, 'ServicePrincipal' AS type FROM servicePrincipal)`;

/** A role is the same object in every tenant, identified by its template. Only its members belong to a tenant. */
function roleMember(row: "NEW" | "OLD"): string {
  return replaceEntries(
    `${row}.roleTemplateId`,
    `SELECT tenantId, 'directoryRole', ${row}.roleTemplateId, 'members/' || type || '/' || id AS property
     FROM ${principals} WHERE id = ${row}.principalId`,
  );
}

/** If a grant is deleted with its client, the client is already among the deleted objects. */
function grant(row: "NEW" | "OLD", property: "" | "scope"): string {
  return replaceEntries(
    `${row}.id`,
    `SELECT tenantId, 'oauth2PermissionGrant', ${row}.id, '${property}' AS property
     FROM (SELECT id, tenantId FROM servicePrincipal UNION SELECT id, tenantId FROM deletedObject)
     WHERE id = ${row}.clientId`,
  );
}

/** The change log of directory roles and delegated grants. Part of a released schema, like `changeLog`. */
export const roleAndGrantChanges: string = `
  CREATE TRIGGER directoryRoleMemberCame AFTER INSERT ON directoryRoleMember BEGIN ${roleMember("NEW")} END;
  CREATE TRIGGER directoryRoleMemberWent AFTER DELETE ON directoryRoleMember BEGIN ${roleMember("OLD")} END;
  CREATE TRIGGER oauth2PermissionGrantCame AFTER INSERT ON oauth2PermissionGrant BEGIN ${grant("NEW", "")} END;
  CREATE TRIGGER oauth2PermissionGrantWent AFTER DELETE ON oauth2PermissionGrant BEGIN ${grant("OLD", "")} END;
  CREATE TRIGGER oauth2PermissionGrantChanged AFTER UPDATE OF scope ON oauth2PermissionGrant
  WHEN NEW.scope IS NOT OLD.scope BEGIN ${grant("NEW", "scope")} END;
`;
