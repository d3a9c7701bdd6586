import { randomUUID, X509Certificate } from "node:crypto";
import { createSelfSignedCertificate, type Platform } from "@latchkey/platform";
import { type Applications, signIns } from "./signIns.ts";

/**
 * The values in braces in golden files, by name. A value that the platform must first provide is requested when a file
 * needs it.
 */
export interface Values {
  /** The private key of the application's certificate, PEM. */
  readonly privateKey: string;
  readonly makers: Readonly<Record<string, () => string | Promise<string>>>;
}

/** Registers the applications of the golden files, and returns the values for them. */
export function createValues(platform: Platform): Values {
  const { directory, tenant } = platform;
  const applications = register(platform);
  const { clientId, publicClientId, secret, redirectUri } = applications;
  const made = createSelfSignedCertificate({ commonName: "daemon", days: 30 });
  directory.addCertificate(clientId, made.certificate);
  const certificate = new X509Certificate(made.certificate);
  const other = new X509Certificate(createSelfSignedCertificate({ commonName: "other", days: 30 }).certificate);
  const { userPrincipalName: username, password } = tenant.administrator;
  const userId = directory.findUser(username)?.id ?? "";
  const seconds = (): number => Math.floor(platform.clock.now() / 1000);
  const makers: Values["makers"] = {
    clientId: () => clientId,
    publicClientId: () => publicClientId,
    tenantId: () => tenant.id,
    secret: () => secret,
    redirectUri: () => redirectUri,
    tokenEndpoint: () => `https://login.microsoftonline.com/${tenant.id}/oauth2/v2.0/token`,
    thumbprintSha1: () => base64url(certificate.fingerprint),
    thumbprintSha256: () => base64url(certificate.fingerprint256),
    otherThumbprintSha256: () => base64url(other.fingerprint256),
    leaf: () => certificate.raw.toString("base64"),
    unknownId: () => "99999999-9999-4999-8999-999999999999",
    correlationId: () => randomUUID(),
    uuid: () => randomUUID(),
    now: () => String(seconds()),
    inTenMinutes: () => String(seconds() + 600),
    username: () => username,
    password: () => password,
    userId: () => userId,
    homeAccountId: () => `${userId}.${tenant.id}`,
    deviceLogin: () => `${platform.url}/devicelogin`,
    ...signIns(platform, applications),
  };
  return { privateKey: made.privateKey, makers };
}

function register({ directory }: Platform): Applications {
  const redirectUri = "https://app.example/signin-oidc";
  const { appId: clientId } = directory.registerApplication({
    displayName: "daemon, web application and API in .NET",
    redirectUris: [redirectUri],
    identifierUris: ["api://dotnet"],
    scopes: [{ value: "access" }],
    requiredResourceAccess: [
      { name: "Microsoft Graph", permissions: ["User.Read.All"], delegatedPermissions: ["User.Read"] },
    ],
  });
  const { appId: publicClientId } = directory.registerApplication({
    displayName: "desktop application in .NET",
    allowPublicClient: true,
    requiredResourceAccess: [
      { name: "Microsoft Graph", delegatedPermissions: ["User.Read"] },
      { resourceAppId: clientId, delegatedPermissions: ["access"] },
    ],
  });
  for (const each of [clientId, publicClientId]) {
    directory.grantAdminConsent(each);
  }
  return { clientId, publicClientId, redirectUri, secret: directory.addPassword(clientId).secretText };
}

function base64url(fingerprint: string): string {
  return Buffer.from(fingerprint.replaceAll(":", ""), "hex").toString("base64url");
}
