import type { AzureResource } from "../../directory/azureResources.ts";
import { ArmError } from "./armError.ts";

type Body = Readonly<Record<string, unknown>>;
type Tracked = Pick<AzureResource, "location" | "tags">;

/** Location and tags that a PUT gives to a resource; `current` is what it has if it is there already. */
export function readTrackedResource(body: Body, name: string, current: AzureResource | undefined): Tracked {
  const { location } = body;
  if (typeof location !== "string" || location.trim() === "") {
    const message = "The location property is required for this definition.";
    throw new ArmError(400, "LocationRequired", message, "the body has no location, such as westeurope");
  }
  const normal = location.replaceAll(" ", "").toLowerCase();
  if (current !== undefined && current.location !== normal) {
    const message =
      `The resource '${name}' already exists in location '${current.location}'. ` +
      `A resource with the same name cannot be created in location '${normal}'.`;
    throw new ArmError(409, "InvalidResourceLocation", message, "a resource keeps its location; delete it first");
  }
  return { location: normal, tags: readTags(body) };
}

/** The tags of a PUT or PATCH; none when it names none. */
export function readTags({ tags = {} }: Body): AzureResource["tags"] {
  const isTags = (value: unknown): value is AzureResource["tags"] =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((tag) => typeof tag === "string");
  if (!isTags(tags)) {
    const message = "The request content was invalid: tags is an object whose values are texts.";
    throw new ArmError(400, "InvalidRequestContent", message, "tags is no object of texts");
  }
  return tags;
}
