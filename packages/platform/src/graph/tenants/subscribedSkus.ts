import { answerCollection } from "../collection/collection.ts";
import type { EntityType } from "../collection/entityType.ts";
import { listSource } from "../collection/listSource.ts";
import { notFilterable } from "../collection/sharedProperties.ts";
import { directoryPermissions } from "../directoryObjects/directoryPermissions.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRoute } from "../request/route.ts";

const names = [
  "accountName",
  "accountId",
  "appliesTo",
  "capabilityStatus",
  "consumedUnits",
  "id",
  "skuId",
  "skuPartNumber",
  "subscriptionIds",
  "prepaidUnits",
  "servicePlans",
];

/** @see https://learn.microsoft.com/graph/api/resources/subscribedsku */
const subscribedSkuType: EntityType<never> = {
  name: "subscribedSku",
  resource: "SubscribedSku",
  set: "subscribedSkus",
  properties: Object.fromEntries(names.map((name) => [name, notFilterable])),
  defaults: names,
  id: (sku) => sku,
  value: (sku) => sku,
};

/** The subscriptions of the tenant: none, because licenses are not supported. */
export const subscribedSkuRoutes: readonly GraphRoute[] = [
  {
    method: "GET",
    path: "/subscribedSkus",
    permissions: directoryPermissions["GET /subscribedSkus"],
    cost: 3,
    handle: (request) => answerCollection(request, subscribedSkuType, listSource([], subscribedSkuType)),
  },
  {
    method: "GET",
    path: "/subscribedSkus/{key}",
    permissions: directoryPermissions["GET /subscribedSkus"],
    handle({ keys }) {
      const reason = "the tenant has no subscriptions; licenses are not supported";
      throw new GraphError("notFound", { id: keys[0]?.value ?? "" }, { reason });
    },
  },
];
