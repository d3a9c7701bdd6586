/** The variables of this process with a platform's in their place; an empty one stands for a variable that is not set. */
export function childEnvironment(platform: Readonly<Record<string, string>>): Record<string, string> {
  const all = Object.entries({ ...process.env, ...platform });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => Boolean(entry[1])));
}
