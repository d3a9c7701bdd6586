/** The page of the user with this object id. */
export function userPath(id: string): string {
  return `/portal/users/${id}`;
}

/** The page of the service principal with this object id. */
export function servicePrincipalPath(id: string): string {
  return `/portal/enterprise-applications/${id}`;
}

/** The page of the tenant with this id. */
export function tenantPath(id: string): string {
  return `/portal/tenants/${id}`;
}

/** The page of the group with this object id. */
export function groupPath(id: string): string {
  return `/portal/groups/${id}`;
}
