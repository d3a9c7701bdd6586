import type { GraphApplication } from "../graphShapes.ts";
import { idOf, type Planned } from "../planned.ts";
import type { Step } from "../step.ts";
import { leftAlone } from "./leftAlone.ts";

/** Plans the registration itself: its names, addresses and offered permissions. */
export function planRegistration(planned: Planned): readonly Step[] {
  const { seed, state, ids } = planned;
  const subject = seed.name;
  const desired = desiredFields(planned);
  const before = state.application;
  if (before === undefined) {
    return [
      ...clientIdSteps(planned),
      {
        action: "create",
        subject,
        what: "application",
        run: async ({ send }) => {
          const made = await send<GraphApplication>("POST", "applications", { ...desired, uniqueName: seed.name });
          ids.application = made.id;
          ids.client = made.appId;
        },
      },
    ];
  }
  const changed = Object.keys(desired).filter((name) => !includesAll(desired[name], Reflect.get(before, name)));
  const body = Object.fromEntries(changed.map((name) => [name, desired[name]]));
  return [
    ...clientIdSteps(planned),
    changed.length === 0
      ? { action: "nothing", subject, what: "application" }
      : {
          action: "change",
          subject,
          what: "application",
          detail: changed.join(", "),
          run: ({ send }) => send("PATCH", `applications/${idOf(planned, "application")}`, body),
        },
    ...extras(planned, before),
  ];
}

function clientIdSteps({ seed, state }: Planned): readonly Step[] {
  const { clientId, name } = seed;
  if (clientId === undefined || clientId.toLowerCase() === state.application?.appId) {
    return [];
  }
  const detail = `${clientId} cannot be requested: Graph generates client ids`;
  return [{ action: "not applicable", subject: name, what: "clientId", detail }];
}

/** Lists are merged with the existing ones: nothing is removed. */
function desiredFields({ seed, state, appRoles, scopes }: Planned): Readonly<Record<string, unknown>> {
  const before = state.application;
  const { redirectUris = {}, implicitGrant = {} } = seed;
  return defined({
    displayName: seed.displayName ?? (before === undefined ? seed.name : undefined),
    description: seed.description,
    signInAudience: seed.signInAudience,
    isFallbackPublicClient: seed.allowPublicClient,
    identifierUris: merged(before?.identifierUris, seed.identifierUris),
    groupMembershipClaims: seed.groupMembershipClaims,
    optionalClaims: seed.optionalClaims,
    appRoles: seed.appRoles && appRoles,
    api: definedOrNothing({
      requestedAccessTokenVersion: seed.requestedAccessTokenVersion,
      oauth2PermissionScopes: seed.scopes && scopes,
    }),
    web: definedOrNothing({
      redirectUris: merged(before?.web.redirectUris, redirectUris.web),
      logoutUrl: seed.logoutUrl,
      implicitGrantSettings: definedOrNothing({
        enableIdTokenIssuance: implicitGrant.idTokens,
        enableAccessTokenIssuance: implicitGrant.accessTokens,
      }),
    }),
    spa: definedOrNothing({ redirectUris: merged(before?.spa.redirectUris, redirectUris.spa) }),
    publicClient: definedOrNothing({
      redirectUris: merged(before?.publicClient.redirectUris, redirectUris.publicClient),
    }),
  });
}

function extras({ seed }: Planned, before: GraphApplication): readonly Step[] {
  const values = (list: readonly { readonly value: string | null }[] | undefined) =>
    list?.flatMap(({ value }) => value ?? []) ?? [];
  const { redirectUris = {} } = seed;
  const rows: readonly (readonly [string, readonly string[], readonly string[] | undefined])[] = [
    ["identifierUris", before.identifierUris, seed.identifierUris],
    ["redirectUris.web", before.web.redirectUris, redirectUris.web],
    ["redirectUris.spa", before.spa.redirectUris, redirectUris.spa],
    ["redirectUris.publicClient", before.publicClient.redirectUris, redirectUris.publicClient],
    ["appRoles", values(before.appRoles), values(seed.appRoles)],
    ["scopes", values(before.api.oauth2PermissionScopes), values(seed.scopes)],
  ];
  return rows.flatMap(([what, existing, desired]) => leftAlone(seed.name, what, existing, desired));
}

function merged(
  existing: readonly string[] = [],
  desired: readonly string[] | undefined,
): readonly string[] | undefined {
  return desired && [...new Set([...existing, ...desired])];
}

function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function definedOrNothing(fields: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const found = defined(fields);
  return Object.keys(found).length === 0 ? undefined : found;
}

/** Whether everything desired exists; Graph returns more members than were ever set. */
function includesAll(desired: unknown, existing: unknown): boolean {
  if (Array.isArray(desired)) {
    return (
      Array.isArray(existing) &&
      desired.length === existing.length &&
      desired.every((item, index) => includesAll(item, existing[index]))
    );
  }
  if (typeof desired !== "object" || desired === null) {
    return desired === existing;
  }
  return (
    typeof existing === "object" &&
    existing !== null &&
    Object.entries(desired).every(([name, value]) => includesAll(value, Reflect.get(existing, name)))
  );
}
