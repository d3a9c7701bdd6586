import { applicationRows } from "./applicationRows.ts";
import { credentialRows } from "./credentialRows.ts";
import { groupRows } from "./groupRows.ts";
import { propertyRows } from "./propertyRows.ts";
import { queryRows } from "./queryRows.ts";
import { requestRows } from "./requestRows.ts";
import { tokenRows } from "./tokenRows.ts";
import { userRows } from "./userRows.ts";

/**
 * What Graph refuses with, as data: correct a row after a run against a real tenant and nothing else changes.
 * `{name}` marks a slot. `source`: I quoted from the real service in public, D documented, K from knowledge, to be
 * confirmed.
 *
 * @see https://learn.microsoft.com/graph/errors
 */
export const graphErrors: typeof tokenRows &
  typeof requestRows &
  typeof propertyRows &
  typeof userRows &
  typeof applicationRows &
  typeof credentialRows &
  typeof groupRows &
  typeof queryRows = {
  ...tokenRows,
  ...requestRows,
  ...propertyRows,
  ...userRows,
  ...applicationRows,
  ...credentialRows,
  ...groupRows,
  ...queryRows,
};
