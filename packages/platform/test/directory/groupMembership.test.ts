import { type Group, type Platform, startPlatform, type User } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { movableClock, systemClock } from "../../src/core/clock.ts";
import { systemRandom } from "../../src/core/random.ts";
import { type Directory, openDirectory } from "../../src/directory/directory.ts";
import { addGroupMember, directGroupsOf, transitiveGroupsOf } from "../../src/directory/groups/groupMembers.ts";
import { createGroup, deleteGroup } from "../../src/directory/groups/groups.ts";
import { seedDirectory } from "../../src/directory/provisioning/seedDirectory.ts";
import {
  createServicePrincipal,
  deleteServicePrincipal,
} from "../../src/directory/servicePrincipals/servicePrincipals.ts";
import { deleteUser } from "../../src/directory/users/users.ts";
import { openStorage } from "../../src/storage/openStorage.ts";

const adele = "a1de0000-0000-4000-8000-000000000002";

describe("membership", () => {
  let directory: Directory;
  let tenantId: string;
  beforeEach(() => {
    directory = openDirectory(openStorage(undefined), movableClock(systemClock), systemRandom());
    tenantId = seedDirectory(directory, {}).id;
    return () => directory.database.close();
  });

  const add = (displayName: string): Group => createGroup(directory, { tenantId, displayName });
  const put = (member: Group, group: Group) => addGroupMember(directory, group.id, { id: member.id, type: "Group" });
  const putAdele = (group: Group) => addGroupMember(directory, group.id, { id: adele, type: "User" });
  const names = (groups: readonly Group[]) => groups.map(({ displayName }) => displayName);

  test("includes indirect membership, and distinguishes direct membership", () => {
    const [all, region, team] = [add("All"), add("Region"), add("Team")];
    putAdele(team);
    put(team, region);
    put(region, all);
    add("Others");
    expect(names(transitiveGroupsOf(directory, adele))).toEqual(["All", "Region", "Team"]);
    expect(names(directGroupsOf(directory, adele))).toEqual(["Team"]);
  });

  test("stops at cycles of groups", () => {
    const [one, two, three] = [add("One"), add("Two"), add("Three")];
    put(one, two);
    put(two, three);
    put(three, one);
    putAdele(two);
    expect(names(transitiveGroupsOf(directory, adele))).toEqual(["One", "Two", "Three"]);
  });

  test("counts once, even with several paths", () => {
    const [all, left, right] = [add("All"), add("Left"), add("Right")];
    for (const group of [left, right]) {
      putAdele(group);
      put(group, all);
    }
    putAdele(left);
    expect(names(transitiveGroupsOf(directory, adele))).toEqual(["All", "Left", "Right"]);
    expect(names(directGroupsOf(directory, adele))).toEqual(["Left", "Right"]);
  });

  test("of a group in itself is refused", () => {
    const group = add("One");
    expect(() => put(group, group)).toThrow("cannot be a member of itself");
  });

  test("ends when the member or the group in between is deleted", () => {
    const [all, team] = [add("All"), add("Team")];
    put(team, all);
    putAdele(team);
    deleteGroup(directory, team.id);
    expect(transitiveGroupsOf(directory, adele)).toEqual([]);
    putAdele(all);
    deleteUser(directory, adele);
    const { id } = createServicePrincipal(directory, { tenantId, appId: adele, displayName: "Daemon" });
    addGroupMember(directory, all.id, { id, type: "ServicePrincipal" });
    deleteServicePrincipal(directory, id);
    expect(directory.database.all("SELECT * FROM groupMember")).toEqual([]);
  });
});

describe("platform.directory", () => {
  let platform: Platform;
  let user: User;
  beforeAll(async () => {
    platform = await startPlatform();
    user = platform.directory.createUser({ userPrincipalName: `eve@${platform.tenant.domain}`, displayName: "Eve" });
  });
  afterAll(() => platform.stop());

  test("creates a cloud security group by default, and finds it by name", () => {
    const group = platform.directory.createGroup({ displayName: "Sales – EMEA" });
    expect(group).toMatchObject({ mailNickname: "SalesEMEA", securityEnabled: true, mailEnabled: false, mail: null });
    expect(platform.directory.findGroup("sales – EMEA")).toEqual(group);
    expect(platform.directory.findGroup("Nobody")).toBeUndefined();
  });

  test("adds users, service principals and groups to a group, and removes them", () => {
    const [team, inner] = ["Team", "Inner"].map((displayName) => platform.directory.createGroup({ displayName }));
    const { servicePrincipalId } = platform.directory.registerApplication({ displayName: "Daemon" });
    for (const memberId of [user.id, servicePrincipalId ?? "", inner?.id ?? ""]) {
      platform.directory.addGroupMember(team?.id ?? "", memberId);
      expect(platform.directory.removeGroupMember(team?.id ?? "", memberId)).toBe(true);
      expect(platform.directory.removeGroupMember(team?.id ?? "", memberId)).toBe(false);
    }
  });

  test("reports what does not exist", () => {
    const group = platform.directory.createGroup({ displayName: "Team" });
    expect(() => platform.directory.addGroupMember(group.id, user.userPrincipalName)).toThrow(
      `no user, group or service principal with object id ${user.userPrincipalName}`,
    );
    expect(() => platform.directory.addGroupMember("nothing", user.id)).toThrow("The tenant has no group nothing");
    platform.directory.deleteGroup(group.id);
    expect(() => platform.directory.deleteGroup(group.id)).toThrow(`The tenant has no group ${group.id}`);
  });
});
