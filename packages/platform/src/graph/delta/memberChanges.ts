import type { ObjectChange } from "../../directory/changes.ts";
import type { GraphRequest, JsonObject } from "../request/route.ts";

interface Member {
  readonly type: string;
  readonly id: string;
}

/** The current members of an object. */
export interface Membership<Item> {
  list(request: GraphRequest, item: Item): readonly Member[];
  has(request: GraphRequest, item: Item, memberId: string): boolean;
}

type Annotate<Item> = (
  request: GraphRequest,
  item: Item,
  names: readonly string[] | undefined,
  change: ObjectChange | undefined,
) => JsonObject;

/**
 * Returns `members@delta`: the members that joined or left the group or role, or all members when the object is
 * reported in full.
 */
export function memberChanges<Item>({ list, has }: Membership<Item>): Annotate<Item> {
  return (request, item, names, change) => {
    if (names?.includes("members") === false) {
      return {};
    }
    const isComplete = change === undefined || change.properties.includes("");
    const shown = isComplete
      ? list(request, item).map(showMember)
      : change.properties.flatMap((property) => {
          const member = readMember(property);
          const isRemoved = member !== undefined && !has(request, item, member.id);
          return member === undefined
            ? []
            : [{ ...showMember(member), ...(isRemoved ? { "@removed": { reason: "deleted" } } : {}) }];
        });
    return shown.length === 0 ? {} : { "members@delta": shown };
  };
}

function readMember(property: string): Member | undefined {
  const [name, type, id] = property.split("/");
  return name === "members" && type !== undefined && id !== undefined ? { type, id } : undefined;
}

function showMember({ type, id }: Member): JsonObject {
  return { "@odata.type": `#microsoft.graph.${type.charAt(0).toLowerCase()}${type.slice(1)}`, id };
}
