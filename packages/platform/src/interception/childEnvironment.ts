import { join } from "node:path";
import type { TrustFiles } from "./trustFiles.ts";

export interface ChildEnvironmentOptions {
  readonly proxyUrl: string;
  readonly files: TrustFiles;
  readonly tenantId: string;
  /** Where Azure CLI keeps its accounts, so that a person's own are neither used nor changed. */
  readonly azureConfigDirectory: string;
}

/** Variables that lead a child process's https to the platform, and make it believed there. An empty one is unset. */
export function childEnvironment(options: ChildEnvironmentOptions): Readonly<Record<string, string>> {
  const { proxyUrl, files, tenantId, azureConfigDirectory } = options;
  return {
    HTTPS_PROXY: proxyUrl,
    https_proxy: proxyUrl,
    // Plain http goes where it always went, but by no other proxy: with this NO_PROXY it would get the wrong names.
    HTTP_PROXY: "",
    http_proxy: "",
    ALL_PROXY: "",
    all_proxy: "",
    // In place of whatever was excepted before, which may be Microsoft's names; a program's own servers stay direct.
    NO_PROXY: loopback,
    no_proxy: loopback,
    NODE_USE_ENV_PROXY: "1",
    NODE_EXTRA_CA_CERTS: files.additional,
    REQUESTS_CA_BUNDLE: files.bundle,
    SSL_CERT_FILE: files.bundle,
    CURL_CA_BUNDLE: files.bundle,
    JAVA_TOOL_OPTIONS: javaOptions(new URL(proxyUrl), files.javaTrustStore),
    AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com",
    AZURE_TENANT_ID: tenantId,
    AZURE_CONFIG_DIR: azureConfigDirectory,
    AZURE_CORE_COLLECT_TELEMETRY: "0",
    DOTNET_CLI_TELEMETRY_OPTOUT: "1",
    POWERSHELL_TELEMETRY_OPTOUT: "1",
  };
}

// Without brackets around ::1: httpx takes what is in them for a port, and no program with it starts.
const loopback = "localhost,127.0.0.1,::1";

/** @see https://docs.oracle.com/en/java/javase/21/docs/specs/jvmti.html#tooloptions */
function javaOptions(proxy: URL, trustStore: string): string {
  const options = [
    `-Dhttps.proxyHost=${proxy.hostname}`,
    `-Dhttps.proxyPort=${proxy.port}`,
    `-Djavax.net.ssl.trustStore=${trustStore}`,
    "-Djavax.net.ssl.trustStoreType=PKCS12",
  ];
  return options.map((option) => (/\s/.test(option) ? `"${option}"` : option)).join(" ");
}

/** Azure CLI's accounts are of use for as long as the directory that they are in. */
export function azureConfigDirectory(dataDirectory: string | undefined, files: TrustFiles): string {
  return join(dataDirectory ?? files.folder, "azure");
}
