import { deleteApplication, updateApplication } from "./applications/applicationChanges.ts";
import type { Application, KeyCredential } from "./applications/applicationProperties.ts";
import { findApplicationByAppId } from "./applications/applications.ts";
import {
  type RegisterApplicationOptions,
  type RegisteredApplication,
  registerApplication,
} from "./applications/registration.ts";
import { type RequestedResourceAccess, requiredResourceAccess } from "./applications/requiredResourceAccess.ts";
import {
  addFederatedCredential,
  type FederatedCredential,
  type NewFederatedCredential,
} from "./credentials/federatedCredentials.ts";
import { type AddCertificateOptions, addCertificate } from "./credentials/keyCredentials.ts";
import {
  type AddedPassword,
  type AddPasswordOptions,
  addPassword,
  removePassword,
} from "./credentials/passwordCredentials.ts";
import type { Directory } from "./directory.ts";
import { findPrincipal, type Principal } from "./directoryObjects/principals.ts";
import { addRoleMember } from "./directoryRoles/directoryRoles.ts";
import { directoryRoles } from "./directoryRoles/roleTemplates.ts";
import { addGroupMember, removeGroupMember } from "./groups/groupMembers.ts";
import {
  createGroup,
  deleteGroup,
  findGroupByDisplayName,
  type Group,
  getGroup,
  type NewGroup,
} from "./groups/groups.ts";
import {
  describeManagedIdentity,
  type ManagedIdentity,
  type RegisterManagedIdentityOptions,
  registerManagedIdentity,
} from "./managedIdentities/managedIdentities.ts";
import { declaredPermissions, grantAdminConsent } from "./permissionGrants/consent.ts";
import { assignPrincipal } from "./permissionGrants/roleAssignment.ts";
import {
  findServicePrincipalByAppId,
  listManagedIdentities,
  updateServicePrincipal,
} from "./servicePrincipals/servicePrincipals.ts";
import { changeTenantPolicy, type TenantPolicy } from "./tenants/tenantPolicy.ts";
import { revokeSessions } from "./users/signInRevocation.ts";
import { setUserPassword } from "./users/userPasswords.ts";
import { createUser, findUserByPrincipalName, type NewUser, type User, updateUser } from "./users/users.ts";

/**
 * The directory for programs: what an administrator would do in the portal. Applications are identified by client id.
 */
export interface PlatformDirectory {
  /** Registers an application with its service principal. Throws when an API or permission is unknown. */
  registerApplication(options: RegisterApplicationOptions): RegisteredApplication;
  /** Adds the identity of an Azure resource with its app roles. Throws when an API or permission is unknown. */
  registerManagedIdentity(options: RegisterManagedIdentityOptions): ManagedIdentity;
  /** Lists the managed identities of the tenant, oldest first. */
  listManagedIdentities(): readonly ManagedIdentity[];
  /** Adds a client secret. Its text is in the result and cannot be read again. */
  addPassword(appId: string, options?: AddPasswordOptions): AddedPassword;
  /** Returns false when the application has no such secret. */
  removePassword(appId: string, keyId: string): boolean;
  /** Registers a certificate, PEM or DER. Throws when it cannot be read. */
  addCertificate(appId: string, certificate: string | Uint8Array, options?: AddCertificateOptions): KeyCredential;
  /** Lets the application authenticate with tokens of another issuer. Throws when such a credential already exists. */
  addFederatedCredential(appId: string, credential: NewFederatedCredential): FederatedCredential;
  /** Replaces the permissions that the application will ask consent for. */
  setRequiredResourceAccess(appId: string, requested: readonly RequestedResourceAccess[]): void;
  /** Consents for the tenant to all permissions that the application declares. */
  grantAdminConsent(appId: string): void;
  /** Enables or disables sign-in to the application. It is enabled at first. */
  setEnabled(appId: string, isEnabled: boolean): void;
  /** For an API: whether only assigned applications get tokens for it. */
  setAssignmentRequired(appId: string, isRequired: boolean): void;
  /** Deletes the registration, its credentials and its service principal. */
  deleteApplication(appId: string): void;
  /** Adds a user to the tenant. Without a password, the user cannot sign in with one. */
  createUser(user: Omit<NewUser, "tenantId"> & { readonly password?: string | undefined }): User;
  findUser(userPrincipalName: string): User | undefined;
  /** Enables or disables sign-in for the user. It is enabled at first. */
  setUserEnabled(userPrincipalName: string, isEnabled: boolean): void;
  /** Sets a new password. Tokens that public clients got with the previous one are no longer refreshed. */
  setUserPassword(userPrincipalName: string, password: string): void;
  /** Revokes all sign-ins of the user: sessions, refresh tokens, and access tokens that are evaluated continuously. */
  revokeSessions(userPrincipalName: string): void;
  /** Assigns the user to the application, with one of its app roles (by value) or with default access. */
  assignUser(appId: string, userPrincipalName: string, appRole?: string): void;
  /** Adds a group to the tenant. By default it is a cloud security group. */
  createGroup(group: Omit<NewGroup, "tenantId">): Group;
  /** By display name. Returns the oldest group when several have the name. */
  findGroup(displayName: string): Group | undefined;
  /** Deletes the group. Its members lose what they had through it. */
  deleteGroup(groupId: string): void;
  /**
   * Adds a user, a service principal or another group to the group, by object id. Changes nothing for an existing
   * member.
   */
  addGroupMember(groupId: string, memberId: string): void;
  /** Returns false when it was not a direct member. */
  removeGroupMember(groupId: string, memberId: string): boolean;
  /** Assigns the group's direct members to the application, with one of its app roles (by value) or with default access. */
  assignGroup(appId: string, groupId: string, appRole?: string): void;
  /** Assigns a directory role, such as `Global Administrator`, to the user. */
  addDirectoryRole(userPrincipalName: string, role: string): void;
  /** Changes what the tenant requires of everyone who signs in. */
  setPolicy(changes: Partial<TenantPolicy>): void;
}

export function platformDirectory(directory: Directory, tenantId: string): PlatformDirectory {
  function application(appId: string): Application {
    const found = findApplicationByAppId(directory, appId);
    if (found === undefined) {
      throw new Error(`No application with client id ${appId} is registered`);
    }
    return found;
  }

  function user(userPrincipalName: string): User {
    const found = findUserByPrincipalName(directory, userPrincipalName);
    if (found === undefined) {
      throw new Error(`There is no user ${userPrincipalName}`);
    }
    return found;
  }

  function group(groupId: string): Group {
    const found = getGroup(directory, groupId);
    if (found?.tenantId !== tenantId) {
      throw new Error(`The tenant has no group ${groupId}`);
    }
    return found;
  }

  function principal(id: string): Principal {
    const found = findPrincipal(directory, id);
    if (found?.tenantId !== tenantId) {
      throw new Error(`The tenant has no user, group or service principal with object id ${id}`);
    }
    return found;
  }

  function changeServicePrincipal(appId: string, changes: Parameters<typeof updateServicePrincipal>[2]): void {
    const found = findServicePrincipalByAppId(directory, tenantId, appId);
    if (found === undefined) {
      throw new Error(`The tenant has no service principal for client id ${appId}`);
    }
    updateServicePrincipal(directory, found.id, changes);
  }

  return {
    registerApplication: (options) => registerApplication(directory, tenantId, options),
    registerManagedIdentity: (options) => registerManagedIdentity(directory, tenantId, options),
    listManagedIdentities: () => listManagedIdentities(directory, tenantId).map(describeManagedIdentity),
    addPassword: (appId, options = {}) => addPassword(directory, application(appId).id, options),
    removePassword: (appId, keyId) => removePassword(directory, application(appId).id, keyId),
    addCertificate: (appId, certificate, options) =>
      addCertificate(directory, application(appId).id, certificate, options),
    addFederatedCredential: (appId, credential) => addFederatedCredential(directory, application(appId).id, credential),
    setRequiredResourceAccess(appId, requested) {
      updateApplication(directory, application(appId).id, {
        requiredResourceAccess: requiredResourceAccess(directory, tenantId, requested),
      });
    },
    grantAdminConsent(appId) {
      const found = application(appId);
      grantAdminConsent(directory, tenantId, found, declaredPermissions(directory, tenantId, found));
    },
    setEnabled: (appId, isEnabled) => changeServicePrincipal(appId, { accountEnabled: isEnabled }),
    setAssignmentRequired: (appId, isRequired) =>
      changeServicePrincipal(appId, { appRoleAssignmentRequired: isRequired }),
    deleteApplication(appId) {
      deleteApplication(directory, application(appId).id);
    },
    createUser({ password, ...properties }) {
      return directory.database.transaction(() => {
        const user = createUser(directory, { ...properties, tenantId });
        if (password !== undefined) {
          setUserPassword(directory, user.id, password);
        }
        return user;
      });
    },
    findUser: (userPrincipalName) => findUserByPrincipalName(directory, userPrincipalName),
    setUserEnabled(userPrincipalName, accountEnabled) {
      updateUser(directory, user(userPrincipalName).id, { accountEnabled });
    },
    setUserPassword: (userPrincipalName, password) => setUserPassword(directory, user(userPrincipalName).id, password),
    revokeSessions: (userPrincipalName) => revokeSessions(directory, user(userPrincipalName).id),
    assignUser(appId, userPrincipalName, appRole) {
      assignPrincipal(directory, tenantId, appId, principal(user(userPrincipalName).id), appRole);
    },
    createGroup: (properties) => createGroup(directory, { ...properties, tenantId }),
    findGroup: (displayName) => findGroupByDisplayName(directory, tenantId, displayName),
    deleteGroup(groupId) {
      deleteGroup(directory, group(groupId).id);
    },
    addGroupMember: (groupId, memberId) => addGroupMember(directory, group(groupId).id, principal(memberId)),
    removeGroupMember: (groupId, memberId) => removeGroupMember(directory, group(groupId).id, principal(memberId).id),
    assignGroup(appId, groupId, appRole) {
      assignPrincipal(directory, tenantId, appId, principal(group(groupId).id), appRole);
    },
    addDirectoryRole(userPrincipalName, role) {
      const found = directoryRoles.find(({ displayName, templateId }) => displayName === role || templateId === role);
      if (found === undefined) {
        throw new Error(
          `No directory role ${role}; the roles are ${directoryRoles.map((one) => one.displayName).join(", ")}`,
        );
      }
      addRoleMember(directory, found.templateId, user(userPrincipalName).id);
    },
    setPolicy: (changes) => changeTenantPolicy(directory, tenantId, changes),
  };
}
