import { join } from "node:path";
import type { TrustFiles } from "./trustFiles.ts";

export interface ChildEnvironmentOptions {
  readonly proxyUrl: string;
  readonly files: TrustFiles;
  readonly tenantId: string;
  /** The folder for Azure CLI's accounts, so that the user's own accounts are neither used nor changed. */
  readonly azureConfigDirectory: string;
}

/**
 * Variables that send a child process's https through the proxy and make it trust the platform. An empty one is unset.
 */
export function childEnvironment(options: ChildEnvironmentOptions): Readonly<Record<string, string>> {
  const { proxyUrl, files, tenantId, azureConfigDirectory } = options;
  return {
    HTTPS_PROXY: proxyUrl,
    https_proxy: proxyUrl,
    // Plain http goes direct, not through another proxy: this NO_PROXY would not fit that proxy.
    HTTP_PROXY: "",
    http_proxy: "",
    ALL_PROXY: "",
    all_proxy: "",
    // Replaces earlier exceptions, which might include Microsoft's names. A program's own local servers stay direct.
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

// No brackets around ::1: httpx would read a port from them, and programs that use it would not start.
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

/** Azure CLI's accounts are stored with the directory they belong to. */
export function azureConfigDirectory(dataDirectory: string | undefined, files: TrustFiles): string {
  return join(dataDirectory ?? files.folder, "azure");
}
