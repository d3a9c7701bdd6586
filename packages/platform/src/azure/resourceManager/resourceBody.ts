import type { AzureResource } from "../../directory/azureResources.ts";
import { ArmError } from "./armError.ts";

type Body = Readonly<Record<string, unknown>>;
type Tracked = Pick<AzureResource, "location" | "tags">;

/** Returns location and tags from the body of a PUT. `current` is the existing resource, if any. */
export function readTrackedResource(body: Body, name: string, current: AzureResource | undefined): Tracked {
  const { location } = body;
  if (typeof location !== "string" || location.trim() === "") {
    const message = "The location property is required for this definition.";
    throw new ArmError(400, "LocationRequired", message, "the body has no location, such as westeurope");
  }
  const normalized = location.replaceAll(" ", "").toLowerCase();
  if (current !== undefined && current.location !== normalized) {
    const message =
      `The resource '${name}' already exists in location '${current.location}'. ` +
      `A resource with the same name cannot be created in location '${normalized}'.`;
    throw new ArmError(
      409,
      "InvalidResourceLocation",
      message,
      "the location of a resource cannot be changed; delete the resource first",
    );
  }
  return { location: normalized, tags: readTags(body) };
}

/** Returns the tags from the body of a PUT or PATCH; without any, an empty object. */
export function readTags({ tags = {} }: Body): AzureResource["tags"] {
  const areTags = (value: unknown): value is AzureResource["tags"] =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((tag) => typeof tag === "string");
  if (!areTags(tags)) {
    const message = "The request content was invalid: tags must be an object whose values are strings.";
    throw new ArmError(400, "InvalidRequestContent", message, "tags is not an object of strings");
  }
  return tags;
}
