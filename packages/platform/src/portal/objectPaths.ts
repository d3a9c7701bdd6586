/** The page of the user with this object id. */
export function userPath(id: string): string {
  return `/portal/users/${id}`;
}
