import type { AccountRecord, Profile } from "../userTokenCache.ts";
import { homeTenantOf, isOwnClient, isOwnEnvironment } from "./cacheIdentity.ts";
import { type Entity, isEntity, secondsText, textOf, without } from "./entity.ts";
import { tenantProfilesOf } from "./people.ts";
import { keyOf, put, stampedFields, type Writer } from "./writer.ts";

/** Writes the people who signed in: accounts, ID tokens, refresh tokens. */
export function writeUserEntries(writer: Writer): void {
  for (const record of writer.userTokens.records()) {
    if (writer.dialect.accountPer === "tenant")
      for (const profile of record.profiles) writeAccount(writer, record, profile);
    else writeAccountOfPerson(writer, record);
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

function writeAccount(writer: Writer, record: AccountRecord, profile: Profile): void {
  const realm = writer.dialect.userRealm(writer.identity, profile);
  const accounts = writer.leftovers.people.get(record)?.accounts ?? [];
  const known = accounts.find(({ entity }) => textOf(entity, "realm") === realm)?.entity ?? {};
  putAccount(writer, profile, realm, without(known, accountFields));
}

/** MSAL Node's form: one account, that of the home tenant, with notes on all tenants. */
function writeAccountOfPerson(writer: Writer, record: AccountRecord): void {
  const { dialect, identity, leftovers } = writer;
  const [first] = record.profiles;
  if (first === undefined) return;
  const home = homeTenantOf(record.homeAccountId) ?? first.account.tenantId;
  const accounts = leftovers.people.get(record)?.accounts ?? [];
  const known = Object.assign({}, ...accounts.map(({ entity }) => without(entity, accountFields))) as Entity;
  const notes = new Map(accounts.flatMap(tenantProfilesOf).map((note) => [textOf(note, "tenantId"), note]));
  for (const profile of record.profiles) {
    const { localAccountId, name, username } = profile.account;
    const tenantId = dialect.userRealm(identity, profile);
    const note = { ...notes.get(tenantId), tenantId, localAccountId, name, username, isHomeTenant: tenantId === home };
    notes.set(tenantId, note);
  }
  const atHome = record.profiles.find(({ account }) => account.tenantId === home);
  const [uid = record.homeAccountId] = record.homeAccountId.split(".");
  const account = atHome?.account ?? { ...first.account, localAccountId: uid };
  const tenantProfiles = [...notes.values()].map((note) => JSON.stringify(note));
  putAccount(writer, { account }, home, { ...known, tenantProfiles });
}

function putAccount(
  { identity: { authority }, dialect, environment, blob }: Writer,
  { account }: Pick<Profile, "account">,
  realm: string,
  fields: Entity,
): void {
  const { homeAccountId, localAccountId, username, name } = account;
  const types: Readonly<Record<string, string>> = { adfs: "ADFS", generic: dialect.genericAuthorityType };
  put(blob.Account, keyOf(homeAccountId, environment, realm), {
    ...fields,
    home_account_id: homeAccountId,
    environment,
    realm,
    local_account_id: localAccountId,
    username,
    authority_type: types[authority.kind] ?? "MSSTS",
    ...(name === undefined ? {} : { name }),
  });
}

const idTokenFields = new Set(["home_account_id", "environment", "credential_type", "client_id", "secret", "realm"]);

function writeIdTokens(writer: Writer, record: AccountRecord): void {
  const { identity, dialect, environment, leftovers, blob } = writer;
  const known = leftovers.people.get(record)?.idTokens;
  for (const profile of record.profiles) {
    const { account, clientId, idToken } = profile;
    if (idToken === undefined) continue;
    const { homeAccountId, tenantId } = account;
    const realm = dialect.userRealm(identity, profile);
    const key = keyOf(homeAccountId, environment, "IdToken", clientId, realm, "", ...dialect.keyEnd(""));
    put(blob.IdToken, key, {
      ...without(known?.get(tenantId)?.entity ?? {}, idTokenFields),
      home_account_id: homeAccountId,
      environment,
      credential_type: "IdToken",
      client_id: clientId,
      secret: idToken,
      realm,
    });
  }
}

function writeRefreshTokens(writer: Writer, { homeAccountId, refreshTokens }: AccountRecord): void {
  const { identity, dialect, environment, nowMs, blob } = writer;
  for (const token of refreshTokens) {
    const { secret, owner, expiresAtMs = Number.POSITIVE_INFINITY } = token;
    if (expiresAtMs <= nowMs) continue;
    const fields = stampedFields(writer, token, "last_modification_time");
    const clientId = textOf(fields, "client_id") || identity.clientId;
    const named = "familyId" in owner && dialect.keysByFamily ? owner.familyId : clientId;
    const key = keyOf(homeAccountId, environment, "RefreshToken", named, "", "", ...dialect.keyEnd(""));
    put(blob.RefreshToken, key, {
      ...fields,
      home_account_id: homeAccountId,
      environment,
      credential_type: "RefreshToken",
      client_id: clientId,
      secret,
      ...("familyId" in owner ? { family_id: owner.familyId } : {}),
      ...(expiresAtMs === Number.POSITIVE_INFINITY ? {} : { expires_on: secondsText(expiresAtMs) }),
    });
  }
}

/** Writes what is known of the application itself: the family that it belongs to, as its refresh tokens tell. */
export function writeAppMetadata({ identity, dialect, environment, blob }: Writer): void {
  const isOwn = (entity: unknown): entity is Entity =>
    isEntity(entity) && isOwnClient(identity, entity) && isOwnEnvironment(identity, entity);
  const known = Object.entries(blob.AppMetadata).filter(([, entity]) => isOwn(entity));
  for (const [key] of known) delete blob.AppMetadata[key];
  const families = Object.values(blob.RefreshToken).flatMap((entity) =>
    isOwn(entity) && textOf(entity, "family_id") !== "" ? [{ family_id: entity["family_id"] }] : [],
  );
  if (known.length + families.length === 0 && !dialect.alwaysMentionsApplication) return;
  blob.AppMetadata[keyOf("appmetadata", environment, identity.clientId)] = Object.assign(
    {},
    ...known.map(([, entity]) => entity),
    { client_id: identity.clientId, environment },
    ...families,
  );
}
