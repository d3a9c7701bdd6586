import type { AppRole } from "../applications/applicationProperties.ts";
import { memberType, type Principal } from "../directoryObjects/principals.ts";
import type { ServicePrincipal } from "../servicePrincipals/servicePrincipals.ts";
import { defaultAccessAppRoleId } from "../wellKnown.ts";

/** The enabled app roles of an API that users and groups, or applications, can be given. */
export function assignableRoles(resource: ServicePrincipal, kind: ReturnType<typeof memberType>): readonly AppRole[] {
  return resource.appRoles.filter(
    ({ isEnabled, allowedMemberTypes }) => isEnabled && allowedMemberTypes.includes(kind),
  );
}

/** Why the principal cannot be given the role, without a stop at its end; `undefined` when it can. */
export function whyUnassignable(
  resource: ServicePrincipal,
  principal: Principal,
  appRoleId: string,
): string | undefined {
  if (!principal.isAssignable) {
    return `the group ${principal.displayName} has securityEnabled false: it cannot be assigned`;
  }
  if (appRoleId === defaultAccessAppRoleId) {
    return undefined;
  }
  const role = resource.appRoles.find(({ id, isEnabled }) => id.toLowerCase() === appRoleId && isEnabled);
  if (role === undefined) {
    return `${resource.displayName} has no enabled app role ${appRoleId}`;
  }
  const kind = memberType(principal.type);
  return role.allowedMemberTypes.includes(kind)
    ? undefined
    : `the app role ${role.value ?? role.id} is not for principals of the kind ${kind}`;
}
