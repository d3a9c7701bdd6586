import type { Platform } from "@latchkey/platform";

/** This process's variables with the platform's in their place, for a program that is to be led there. */
export function childEnvironment(platform: Platform): Record<string, string | undefined> {
  // An empty one of the platform's is one that must not be set.
  const set = Object.entries({ ...process.env, ...platform.environment }).filter(([, value]) => value !== "");
  return Object.fromEntries(set);
}
