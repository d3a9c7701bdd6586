import { changeLog, propertyTriggers } from "./changeLog.ts";
import { roleAndGrantChanges } from "./roleAndGrantChanges.ts";

/**
 * The released schemas, oldest first. `PRAGMA user_version` is the number of applied entries. Never edit a released
 * entry; add another one.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  CREATE TABLE tenant (
    id TEXT PRIMARY KEY,
    displayName TEXT NOT NULL,
    createdMs INTEGER NOT NULL,
    document TEXT NOT NULL
  ) STRICT;
  CREATE TABLE tenantDomain (
    name TEXT PRIMARY KEY COLLATE NOCASE,
    tenantId TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    isInitial INTEGER NOT NULL,
    isDefault INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX tenantDomainByTenant ON tenantDomain (tenantId);

  CREATE TABLE user (
    id TEXT PRIMARY KEY,
    tenantId TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    userPrincipalName TEXT NOT NULL COLLATE NOCASE UNIQUE,
    displayName TEXT NOT NULL COLLATE NOCASE,
    mail TEXT COLLATE NOCASE,
    mailNickname TEXT COLLATE NOCASE,
    createdMs INTEGER NOT NULL,
    document TEXT NOT NULL
  ) STRICT;
  CREATE INDEX userById ON user (tenantId, id);
  CREATE INDEX userByDisplayName ON user (tenantId, displayName, id);
  CREATE INDEX userByPrincipalName ON user (tenantId, userPrincipalName, id);
  CREATE INDEX userByMail ON user (tenantId, mail);
  CREATE TABLE userPassword (
    userId TEXT PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,
    salt BLOB,
    hash BLOB,
    changedMs INTEGER
  ) STRICT;
  CREATE TABLE userRevocation (
    userId TEXT PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,
    validFromMs INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE directoryRoleMember (
    principalId TEXT NOT NULL,
    roleTemplateId TEXT NOT NULL,
    PRIMARY KEY (principalId, roleTemplateId)
  ) STRICT;

  CREATE TABLE application (
    id TEXT PRIMARY KEY,
    tenantId TEXT NOT NULL,
    appId TEXT NOT NULL UNIQUE,
    displayName TEXT NOT NULL COLLATE NOCASE,
    createdMs INTEGER NOT NULL,
    document TEXT NOT NULL
  ) STRICT;
  CREATE INDEX applicationById ON application (tenantId, id);
  CREATE INDEX applicationByDisplayName ON application (tenantId, displayName, id);
  CREATE TABLE identifierUri (
    uri TEXT NOT NULL COLLATE NOCASE,
    tenantId TEXT NOT NULL,
    applicationId TEXT NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    PRIMARY KEY (tenantId, uri)
  ) STRICT;
  CREATE INDEX identifierUriByApplication ON identifierUri (applicationId);
  CREATE TABLE passwordCredential (
    keyId TEXT PRIMARY KEY,
    applicationId TEXT NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    hint TEXT NOT NULL,
    displayName TEXT,
    startMs INTEGER NOT NULL,
    endMs INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX passwordCredentialByApplication ON passwordCredential (applicationId);
  CREATE TABLE keyCredential (
    applicationId TEXT NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    keyId TEXT NOT NULL,
    thumbprint TEXT NOT NULL,
    thumbprintSha256 TEXT NOT NULL,
    certificate BLOB NOT NULL,
    displayName TEXT,
    type TEXT NOT NULL,
    usage TEXT NOT NULL,
    startMs INTEGER NOT NULL,
    endMs INTEGER NOT NULL,
    PRIMARY KEY (applicationId, keyId)
  ) STRICT;

  CREATE TABLE federatedIdentityCredential (
    id TEXT PRIMARY KEY,
    applicationId TEXT NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    audience TEXT NOT NULL,
    description TEXT,
    keys TEXT,
    UNIQUE (applicationId, name),
    UNIQUE (applicationId, issuer, subject)
  ) STRICT;

  CREATE TABLE servicePrincipal (
    id TEXT PRIMARY KEY,
    tenantId TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    appId TEXT NOT NULL,
    displayName TEXT NOT NULL COLLATE NOCASE,
    createdMs INTEGER,
    document TEXT NOT NULL,
    UNIQUE (tenantId, appId)
  ) STRICT;
  CREATE INDEX servicePrincipalById ON servicePrincipal (tenantId, id);
  CREATE INDEX servicePrincipalByDisplayName ON servicePrincipal (tenantId, displayName, id);
  CREATE TABLE servicePrincipalName (
    name TEXT NOT NULL COLLATE NOCASE,
    tenantId TEXT NOT NULL,
    servicePrincipalId TEXT NOT NULL REFERENCES servicePrincipal (id) ON DELETE CASCADE,
    PRIMARY KEY (tenantId, name)
  ) STRICT;
  CREATE INDEX servicePrincipalNameByPrincipal ON servicePrincipalName (servicePrincipalId);

  CREATE TABLE appRoleAssignment (
    id TEXT PRIMARY KEY,
    principalId TEXT NOT NULL,
    principalType TEXT NOT NULL,
    resourceId TEXT NOT NULL REFERENCES servicePrincipal (id) ON DELETE CASCADE,
    appRoleId TEXT NOT NULL,
    createdMs INTEGER NOT NULL,
    UNIQUE (principalId, resourceId, appRoleId)
  ) STRICT;
  CREATE INDEX appRoleAssignmentByResource ON appRoleAssignment (resourceId);
  CREATE TABLE oauth2PermissionGrant (
    id TEXT PRIMARY KEY,
    clientId TEXT NOT NULL REFERENCES servicePrincipal (id) ON DELETE CASCADE,
    resourceId TEXT NOT NULL REFERENCES servicePrincipal (id) ON DELETE CASCADE,
    consentType TEXT NOT NULL,
    principalId TEXT,
    scope TEXT NOT NULL,
    createdMs INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX oauth2PermissionGrantByClient ON oauth2PermissionGrant (clientId);
  CREATE INDEX oauth2PermissionGrantByResource ON oauth2PermissionGrant (resourceId);

  CREATE TABLE objectOwner (
    objectId TEXT NOT NULL,
    ownerId TEXT NOT NULL,
    PRIMARY KEY (objectId, ownerId)
  ) STRICT;

  CREATE TABLE authorizationCode (
    hash BLOB PRIMARY KEY,
    expiresMs INTEGER NOT NULL,
    isRedeemed INTEGER NOT NULL,
    document TEXT NOT NULL
  ) STRICT;
  CREATE TABLE refreshToken (
    hash BLOB PRIMARY KEY,
    expiresMs INTEGER NOT NULL,
    document TEXT NOT NULL
  ) STRICT;
  CREATE TABLE deviceCode (
    hash BLOB PRIMARY KEY,
    userCodeHash BLOB NOT NULL UNIQUE,
    expiresMs INTEGER NOT NULL,
    state TEXT NOT NULL,
    document TEXT NOT NULL,
    authentication TEXT
  ) STRICT;
  `,
  `
  CREATE TABLE directoryGroup (
    id TEXT PRIMARY KEY,
    tenantId TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    displayName TEXT NOT NULL COLLATE NOCASE,
    uniqueName TEXT,
    createdMs INTEGER NOT NULL,
    document TEXT NOT NULL,
    UNIQUE (tenantId, uniqueName)
  ) STRICT;
  CREATE INDEX directoryGroupById ON directoryGroup (tenantId, id);
  CREATE INDEX directoryGroupByDisplayName ON directoryGroup (tenantId, displayName, id);
  CREATE TABLE groupMember (
    groupId TEXT NOT NULL REFERENCES directoryGroup (id) ON DELETE CASCADE,
    memberId TEXT NOT NULL,
    memberType TEXT NOT NULL,
    PRIMARY KEY (groupId, memberId)
  ) STRICT;
  CREATE INDEX groupMemberByMember ON groupMember (memberId);
  `,
  `
  CREATE TABLE deletedObject (
    id TEXT PRIMARY KEY,
    tenantId TEXT NOT NULL,
    type TEXT NOT NULL,
    deletedMs INTEGER NOT NULL,
    document TEXT NOT NULL,
    savedRows TEXT NOT NULL
  ) STRICT;
  CREATE INDEX deletedObjectByType ON deletedObject (tenantId, type);
  `,
  changeLog,
  roleAndGrantChanges,
  `
  CREATE TABLE azureResource (
    tenantId TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    id TEXT NOT NULL COLLATE NOCASE,
    location TEXT NOT NULL,
    tags TEXT NOT NULL,
    PRIMARY KEY (tenantId, id)
  ) STRICT;
  `,
  `
  CREATE TABLE userManager (
    userId TEXT PRIMARY KEY,
    managerId TEXT NOT NULL
  ) STRICT;
  CREATE INDEX userManagerByManager ON userManager (managerId);
  CREATE TABLE servicePrincipalPassword (
    keyId TEXT PRIMARY KEY,
    servicePrincipalId TEXT NOT NULL REFERENCES servicePrincipal (id) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    hint TEXT NOT NULL,
    displayName TEXT,
    startMs INTEGER NOT NULL,
    endMs INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX servicePrincipalPasswordByOwner ON servicePrincipalPassword (servicePrincipalId);
  ${propertyTriggers({
    table: "servicePrincipalPassword",
    owner: "servicePrincipal",
    key: "servicePrincipalId",
    property: "'passwordCredentials'",
  })}
  `,
];
