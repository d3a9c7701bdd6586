import type { GraphApplication } from "../graphShapes.ts";
import { idOf, type Planned } from "../planned.ts";
import type { Step } from "../step.ts";
import { leftAlone } from "./leftAlone.ts";

/** The registration itself: what it is called, where it is reached, what it offers. */
export function planRegistration(planned: Planned): readonly Step[] {
  const { seed, state, ids } = planned;
  const subject = seed.name;
  const wanted = wantedOf(planned);
  const before = state.application;
  if (before === undefined) {
    return [
      ...chosenByGraph(planned),
      {
        action: "create",
        subject,
        what: "application",
        run: async ({ send }) => {
          const made = await send<GraphApplication>("POST", "applications", { ...wanted, uniqueName: seed.name });
          ids.application = made.id;
          ids.client = made.appId;
        },
      },
    ];
  }
  const changed = Object.keys(wanted).filter((name) => !isWithin(wanted[name], Reflect.get(before, name)));
  const body = Object.fromEntries(changed.map((name) => [name, wanted[name]]));
  return [
    ...chosenByGraph(planned),
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

function chosenByGraph({ seed, state }: Planned): readonly Step[] {
  const { clientId, name } = seed;
  if (clientId === undefined || clientId.toLowerCase() === state.application?.appId) {
    return [];
  }
  const detail = `${clientId} cannot be asked for: Graph chooses client ids`;
  return [{ action: "not applicable", subject: name, what: "clientId", detail }];
}

/** Lists are united with what is there: nothing is taken away. */
function wantedOf({ seed, state, appRoles, scopes }: Planned): Readonly<Record<string, unknown>> {
  const before = state.application;
  const { redirectUris = {}, implicitGrant = {} } = seed;
  return given({
    displayName: seed.displayName ?? (before === undefined ? seed.name : undefined),
    description: seed.description,
    signInAudience: seed.signInAudience,
    isFallbackPublicClient: seed.allowPublicClient,
    identifierUris: united(before?.identifierUris, seed.identifierUris),
    groupMembershipClaims: seed.groupMembershipClaims,
    optionalClaims: seed.optionalClaims,
    appRoles: seed.appRoles && appRoles,
    api: members({
      requestedAccessTokenVersion: seed.requestedAccessTokenVersion,
      oauth2PermissionScopes: seed.scopes && scopes,
    }),
    web: members({
      redirectUris: united(before?.web.redirectUris, redirectUris.web),
      logoutUrl: seed.logoutUrl,
      implicitGrantSettings: members({
        enableIdTokenIssuance: implicitGrant.idTokens,
        enableAccessTokenIssuance: implicitGrant.accessTokens,
      }),
    }),
    spa: members({ redirectUris: united(before?.spa.redirectUris, redirectUris.spa) }),
    publicClient: members({ redirectUris: united(before?.publicClient.redirectUris, redirectUris.publicClient) }),
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
  return rows.flatMap(([what, there, wanted]) => leftAlone(seed.name, what, there, wanted));
}

function united(there: readonly string[] = [], wanted: readonly string[] | undefined): readonly string[] | undefined {
  return wanted && [...new Set([...there, ...wanted])];
}

function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function members(fields: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const found = given(fields);
  return Object.keys(found).length === 0 ? undefined : found;
}

/** Whether all that is wanted is there; Graph shows more members than were ever set. */
function isWithin(wanted: unknown, there: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(there) &&
      wanted.length === there.length &&
      wanted.every((item, index) => isWithin(item, there[index]))
    );
  }
  if (typeof wanted !== "object" || wanted === null) {
    return wanted === there;
  }
  return (
    typeof there === "object" &&
    there !== null &&
    Object.entries(wanted).every(([name, value]) => isWithin(value, Reflect.get(there, name)))
  );
}
