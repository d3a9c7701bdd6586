import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { testClient } from "../../tools/support/testClients.ts";

const run = promisify(execFile);

/**
 * Returns variables that make programs of every language trust a certificate, as documented.
 *
 * @param caCertificate PEM
 * @param folder for the files that the variables name
 */
export async function trustEnvironment(
  caCertificate: string,
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  const file = join(folder, "ca.pem");
  await writeFile(file, caCertificate);
  return {
    NODE_EXTRA_CA_CERTS: file,
    REQUESTS_CA_BUNDLE: file,
    // Go and OpenSSL: replaces the system's, so only the platform is trusted.
    SSL_CERT_FILE: file,
    NO_PROXY: "localhost",
    ...(testClient("java").kind === "ready" ? await javaTrust(file, folder) : {}),
  };
}

/** Java reads no PEM: the Java installation's own tool creates the store. */
async function javaTrust(certificate: string, folder: string): Promise<Record<string, string>> {
  const store = join(folder, "trust.p12");
  // Nothing in the store is secret, but the tool requires six characters.
  const password = "public";
  const options = ["-noprompt", "-alias", "latchkey", "-storetype", "PKCS12", "-storepass", password];
  await run("keytool", ["-importcert", ...options, "-file", certificate, "-keystore", store]);
  const properties = { trustStore: store, trustStoreType: "PKCS12", trustStorePassword: password };
  const settings = Object.entries(properties).map(([name, value]) => `-Djavax.net.ssl.${name}=${value}`);
  return { JAVA_TOOL_OPTIONS: settings.join(" ") };
}
