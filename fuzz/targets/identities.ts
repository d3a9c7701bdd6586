import { type Account, AuthError, type PublicClientApplication } from "@latchkey/client";
import fc from "fast-check";
import { tenantId } from "../../packages/client/test/support/daemon.ts";
import {
  issuers,
  type ReportedUser,
  type UserIssuer,
  type UserService,
  userService,
} from "../../packages/client/test/support/users.ts";
import type { FuzzTarget } from "../target.ts";

const scopes = ["read"];
const names = ["ann", "bob", "cy"] as const;

/** The claims that responses may contain about a user: missing, the same for everyone, odd, or their own. */
const uid = fc.constantFrom("missing", "", "-b2c_1a_signin", "-B2C_1A_SIGNIN", "shared", "SHARED", "own");
const answers = fc.record({
  uid,
  utid: fc.constantFrom("missing", "", tenantId, tenantId.toUpperCase()),
  oid: fc.constantFrom("missing", "shared", "own", "OWN"),
  sub: fc.constantFrom("own", "own", "own", "Not supported currently. Use oid claim."),
  tid: fc.constantFrom("missing", tenantId, "b2c_1a_signin"),
  idToken: fc.boolean(),
});
type Odd = typeof answers extends fc.Arbitrary<infer T> ? T : never;

const who = fc.nat({ max: 11 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("signIn" as const), name: fc.constantFrom(...names), answers }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("silent" as const),
      who,
      answers,
      forceRefresh: fc.boolean(),
      special: fc.boolean(),
      copied: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("hour" as const, "reload" as const, "clear" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/**
 * A response's claims about a user. Without the subject or the user's own object id, no client could tell users apart.
 */
function claimsFor({ kind }: UserIssuer, name: string, odd: Odd, isFirst: boolean): ReportedUser {
  const oid = odd.oid === "own" ? `oid-${name}` : odd.oid === "OWN" ? `OID-${name.toUpperCase()}` : odd.oid;
  const hasOwnOid = odd.oid.toLowerCase() === "own";
  // Entra's tokens contain the tenant, from which its own issuer is derived.
  const tid = kind === "entra" || kind === "externalId" ? tenantId : odd.tid;
  return {
    claims:
      odd.idToken || isFirst
        ? {
            ...(odd.sub === "own" || !hasOwnOid || kind !== "b2c" ? {} : { sub: odd.sub }),
            oid: oid === "missing" ? undefined : oid,
            tid: tid === "missing" ? undefined : tid,
          }
        : null,
    clientInfo: {
      ...(odd.uid === "missing" ? {} : { uid: odd.uid === "own" ? `uid-${name}` : odd.uid }),
      ...(odd.utid === "missing" ? {} : { utid: odd.utid }),
    },
  };
}

/** Runs steps, some at the same time; throws if a user got another's token. */
async function run(issuer: UserIssuer, together: number, steps: readonly Step[]): Promise<void> {
  const current: { answers: Odd | undefined } = { answers: undefined };
  const service: UserService = userService(issuer, (name) => {
    const { answers } = current;
    return answers ? claimsFor(issuer, name, answers, !service.isRefresh()) : {};
  });
  const { app, clock } = service;
  const accounts: { readonly account: Account; readonly name: string }[] = [];
  const note = (account: Account | undefined, name: string): void => {
    if (account !== undefined) {
      accounts.push({ account, name });
    }
  };

  async function silent({ who, forceRefresh, special, copied }: Extract<Step, { do: "silent" }>): Promise<void> {
    const at = accounts[who % Math.max(1, accounts.length)];
    if (at === undefined) {
      return;
    }
    const account = copied ? (JSON.parse(JSON.stringify(at.account)) as Account) : at.account;
    const more = special ? { claimsFromClient: '{"access_token":{}}' } : {};
    const result = await app.acquireTokenSilent({ scopes, account, forceRefresh, ...more });
    requireOwn(at.name, result.accessToken);
    note(result.account, at.name);
  }

  async function take(each: Step): Promise<void> {
    try {
      if ("answers" in each) {
        current.answers = each.answers;
      }
      if (each.do === "signIn") {
        note(await service.signIn(each.name), each.name);
      } else if (each.do === "silent") {
        await silent(each);
      } else if (each.do === "remove") {
        const at = accounts[each.who % Math.max(1, accounts.length)];
        if (at) {
          await app.tokenCache.removeAccount(at.account);
        }
      } else if (each.do === "hour") {
        clock.advance(3_600_000);
      } else if (each.do === "clear") {
        await app.tokenCache.clear();
      } else {
        app.tokenCache.deserialize(app.tokenCache.serialize());
      }
    } catch (error) {
      if (!(error instanceof AuthError)) {
        throw error;
      }
    }
  }

  for (let at = 0; at < steps.length; at += together) {
    await Promise.all(steps.slice(at, at + together).map(take));
    await everyAccountIsItsOwners(app);
  }
}

async function everyAccountIsItsOwners(app: PublicClientApplication): Promise<void> {
  for (const account of await app.tokenCache.getAllAccounts()) {
    const [name] = account.username.split("@");
    const blob = JSON.parse(app.tokenCache.serialize()) as Record<string, Record<string, Record<string, string>>>;
    for (const section of ["AccessToken", "RefreshToken"]) {
      for (const entity of Object.values(blob[section] ?? {})) {
        if (entity["home_account_id"] !== account.homeAccountId) {
          continue;
        }
        requireOwn(name, entity["secret"]);
      }
    }
  }
}

/** A token begins with its user's name. */
function requireOwn(name: string | undefined, token: string | undefined): void {
  if (!new RegExp(`^(at-)?${name}[-#]`).test(token ?? "")) {
    throw new Error(`${name} was given ${token}`);
  }
}

/**
 * Sign-ins, refreshes and removals of several users, some at the same time, at an issuer whose responses contain
 * missing, equal and odd claims: no user ever gets the token of another.
 */
export const identities: FuzzTarget = {
  name: "responses with odd claims about users",
  property: fc.asyncProperty(
    fc.constantFrom(...issuers),
    fc.constantFrom(1, 1, 3),
    fc.array(step, { maxLength: 24 }),
    run,
  ),
};
