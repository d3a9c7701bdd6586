import { isObject } from "../../../runtime/json.ts";
import type { AccountRecord, Profile } from "../../userTokenCache.ts";
import { homeTenantOf, isOwnClient, isOwnEnvironment } from "../cacheIdentity.ts";
import { type Entity, emptyEntity, instantOf, omit, secondsText, textOf } from "../entity.ts";
import { tenantProfilesByTenant } from "../tenantProfiles.ts";
import { entryKey, put, type Writer } from "./writer.ts";

/** Writes the users who signed in: accounts, ID tokens, refresh tokens. */
export function writeUserEntries(writer: Writer): void {
  for (const record of writer.userTokens.records()) {
    if (writer.dialect.accountPer === "tenant") {
      writeAccounts(writer, record);
    } else {
      writeAccountOfUser(writer, record);
    }
    writeIdTokens(writer, record);
    writeRefreshTokens(writer, record);
  }
}

const accountFields = new Set([
  "home_account_id",
  "environment",
  "realm",
  "local_account_id",
  "username",
  "authority_type",
  "name",
]);

function writeAccounts(writer: Writer, record: AccountRecord): void {
  const accounts = record.origin?.accounts ?? [];
  const known = new Map(accounts.toReversed().map(({ entity }) => [textOf(entity, "realm"), entity]));
  for (const profile of record.profiles) {
    const realm = writer.dialect.userRealm(writer.identity, profile);
    putAccount(writer, profile, realm, omit(known.get(realm) ?? {}, accountFields));
  }
}

/** MSAL Node's form: one account, that of the home tenant, with profiles of all tenants. */
function writeAccountOfUser(writer: Writer, record: AccountRecord): void {
  const { dialect, identity } = writer;
  const [first] = record.profiles;
  if (first === undefined) {
    return;
  }
  const home = homeTenantOf(record.homeAccountId) ?? first.account.tenantId;
  const accounts = record.origin?.accounts ?? [];
  const known = merged(accounts.map(({ entity }) => omit(entity, accountFields)));
  const byTenant = tenantProfilesByTenant(accounts);
  for (const profile of record.profiles) {
    const { localAccountId, name, username } = profile.account;
    const tenantId = dialect.userRealm(identity, profile);
    const tenantProfile = {
      ...byTenant.get(tenantId),
      tenantId,
      localAccountId,
      name,
      username,
      isHomeTenant: tenantId === home,
    };
    byTenant.set(tenantId, tenantProfile);
  }
  const atHome = record.profiles.find(({ account }) => account.tenantId === home);
  const [uid = record.homeAccountId] = record.homeAccountId.split(".");
  const account = atHome?.account ?? { ...first.account, localAccountId: uid };
  const tenantProfiles = [...byTenant.values()].map((tenantProfile) => JSON.stringify(tenantProfile));
  putAccount(writer, { account }, home, { ...known, tenantProfiles });
}

function putAccount(writer: Writer, { account }: Pick<Profile, "account">, realm: string, fields: Entity): void {
  const { identity, dialect, environment } = writer;
  const { homeAccountId, localAccountId, username, name } = account;
  const types: Readonly<Record<string, string>> = { adfs: "ADFS", generic: dialect.genericAuthorityType };
  put(
    writer,
    "Account",
    entryKey(homeAccountId, environment, realm),
    JSON.stringify({
      ...fields,
      home_account_id: homeAccountId,
      environment,
      realm,
      local_account_id: localAccountId,
      username,
      authority_type: types[identity.authority.kind] ?? "MSSTS",
      ...(name === undefined ? {} : { name }),
    }),
  );
}

function writeIdTokens(writer: Writer, record: AccountRecord): void {
  const { identity, dialect, environment } = writer;
  for (const profile of record.profiles) {
    const { account, clientId, idToken } = profile;
    if (idToken === undefined) {
      continue;
    }
    const { homeAccountId, tenantId } = account;
    const realm = dialect.userRealm(identity, profile);
    const key = entryKey(homeAccountId, environment, "IdToken", clientId, realm, "", ...dialect.keyEnd(""));
    put(
      writer,
      "IdToken",
      key,
      JSON.stringify({
        ...record.origin?.idTokenFields?.get(tenantId),
        home_account_id: homeAccountId,
        environment,
        credential_type: "IdToken",
        client_id: clientId,
        secret: idToken,
        realm,
      }),
    );
  }
}

/** Fields that are written anew with a refresh token; all others are preserved. */
const ownRefreshTokenFields: ReadonlySet<string> = new Set([
  "home_account_id",
  "environment",
  "credential_type",
  "secret",
  "family_id",
  "expires_on",
  "target",
  "realm",
]);

function writeRefreshTokens(writer: Writer, { homeAccountId, refreshTokens }: AccountRecord): void {
  const { identity, dialect, environment, nowMs, writtenAt } = writer;
  for (const token of refreshTokens) {
    const { secret, owner, expiresAtMs = Number.POSITIVE_INFINITY } = token;
    if (expiresAtMs <= nowMs) {
      continue;
    }
    const known = omit(token.fields ?? emptyEntity, ownRefreshTokenFields);
    const modifiedAtMs = instantOf(known, "last_modification_time");
    // The time of the first writing, as with access tokens.
    const last_modification_time = modifiedAtMs === undefined ? writtenAt : secondsText(modifiedAtMs);
    const fields: Entity = { ...known, last_modification_time };
    token.fields = fields;
    const clientId = textOf(fields, "client_id") || identity.clientId;
    const named = "familyId" in owner && dialect.keysByFamily ? owner.familyId : clientId;
    const key = entryKey(homeAccountId, environment, "RefreshToken", named, "", "", ...dialect.keyEnd(""));
    put(
      writer,
      "RefreshToken",
      key,
      JSON.stringify({
        ...fields,
        home_account_id: homeAccountId,
        environment,
        credential_type: "RefreshToken",
        client_id: clientId,
        secret,
        ...("familyId" in owner ? { family_id: owner.familyId } : {}),
        ...(expiresAtMs === Number.POSITIVE_INFINITY ? {} : { expires_on: secondsText(expiresAtMs) }),
      }),
    );
  }
}

/** Writes the application's metadata: the family it belongs to, according to its refresh tokens. */
export function writeAppMetadata({ identity, dialect, environment, blob, leftovers, userTokens }: Writer): void {
  const isOwn = (entity: unknown): entity is Entity =>
    isObject(entity) && isOwnClient(identity, entity) && isOwnEnvironment(identity, entity);
  const known = [...leftovers.entries.AppMetadata].filter(([, entity]) => isOwn(entity));
  for (const [key] of known) {
    blob.AppMetadata.delete(key);
  }
  let family: unknown;
  for (const entity of leftovers.entries.RefreshToken.values()) {
    if (isOwn(entity) && textOf(entity, "family_id") !== "") {
      family = entity["family_id"];
    }
  }
  for (const { refreshTokens } of userTokens.records()) {
    for (const token of refreshTokens) {
      if ("familyId" in token.owner) {
        family = token.owner.familyId;
      }
    }
  }
  if (known.length === 0 && family === undefined && !dialect.alwaysMentionsApplication) {
    return;
  }
  const fields = merged(known.map(([, entity]) => entity));
  blob.AppMetadata.set(
    entryKey("appmetadata", environment, identity.clientId),
    JSON.stringify({
      ...fields,
      client_id: identity.clientId,
      environment,
      ...(family === undefined ? {} : { family_id: family }),
    }),
  );
}

/** All fields; of equal names the last one's. */
function merged(entities: readonly unknown[]): Entity {
  return Object.fromEntries(entities.flatMap((entity) => Object.entries(entity as Entity)));
}
