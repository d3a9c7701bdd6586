/** The variables of this process, replaced by the platform's; an empty value means that the variable is not set. */
export function childEnvironment(platform: Readonly<Record<string, string>>): Record<string, string> {
  const all = Object.entries({ ...process.env, ...platform });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => Boolean(entry[1])));
}
