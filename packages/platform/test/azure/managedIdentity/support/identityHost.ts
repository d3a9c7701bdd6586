import { type ManagedIdentity, type Platform, startPlatform } from "@latchkey/platform";

export const nowMs = Date.UTC(2026, 0, 1);
export const machine = "/subscriptions/s/resourcegroups/g/providers/Microsoft.Compute/virtualMachines/vm";
export const userAssigned =
  "/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a";

/** A platform whose tenant has a system-assigned and a user-assigned identity. */
export async function startWithIdentities(): Promise<{
  readonly platform: Platform;
  readonly system: ManagedIdentity;
  readonly user: ManagedIdentity;
}> {
  const platform = await startPlatform({ clock: { now: () => nowMs } });
  const { directory } = platform;
  const appRoles = [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }];
  return {
    platform,
    system: directory.registerManagedIdentity({
      displayName: "vm",
      assignment: "system",
      resourceId: machine,
      appRoles,
    }),
    user: directory.registerManagedIdentity({ displayName: "a", assignment: "user", resourceId: userAssigned }),
  };
}
