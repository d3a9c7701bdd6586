/** A page's address with these parameters; those that are `undefined` are left out. */
export function addressWith(page: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(page);
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}
