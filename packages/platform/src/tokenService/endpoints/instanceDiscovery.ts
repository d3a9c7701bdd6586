import { Refusal } from "../../aadsts/aadsts.ts";
import { answerMetadata, answerMetadataRefusal } from "../../aadsts/stsErrors.ts";
import { type Exchange, openExchange } from "../../http/exchange.ts";
import type { TokenServiceContext } from "../context.ts";
import type { Endpoint } from "./endpoint.ts";

interface Cloud {
  readonly preferred_network: string;
  readonly preferred_cache: string;
  readonly aliases: readonly string[];
}

/** The clouds of the public document. The names in a row are one authority and share one token cache. */
const microsoftClouds: readonly Cloud[] = [
  {
    preferred_network: "login.microsoftonline.com",
    preferred_cache: "login.windows.net",
    aliases: ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
  },
  {
    preferred_network: "login.partner.microsoftonline.cn",
    preferred_cache: "login.partner.microsoftonline.cn",
    aliases: ["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
  },
  single("login.microsoftonline.de"),
  {
    preferred_network: "login.microsoftonline.us",
    preferred_cache: "login.microsoftonline.us",
    aliases: ["login.microsoftonline.us", "login.usgovcloudapi.net"],
  },
  single("login-us.microsoftonline.com"),
];

const loopbackNames: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Answers whether a client may trust a host as a Microsoft authority, and by which names it is known. */
export const instanceDiscovery: Endpoint = {
  method: "GET",
  path: "/common/discovery/instance",
  handle(context, request) {
    const exchange = openExchange(context, request);
    const requested = exchange.url.searchParams.get("authorization_endpoint") ?? "";
    if (requested === "") {
      const why = "instance discovery needs authorization_endpoint, a URL with the host in question";
      return answerMetadataRefusal(context, exchange, new Refusal("90014", { field: "authorization_endpoint" }, why));
    }
    const endpoint = URL.parse(requested);
    const authority = endpoint === null ? undefined : knownAuthority(context, exchange, endpoint);
    if (endpoint === null || authority === undefined) {
      const why = `the host of ${requested} is neither this platform nor a Microsoft authority`;
      return answerMetadataRefusal(context, exchange, new Refusal("50049", {}, why));
    }
    const segment = endpoint.pathname.split("/")[1] || "common";
    const version = endpoint.pathname.includes("/v2.0/") ? "/v2.0" : "";
    return answerMetadata(exchange, {
      tenant_discovery_endpoint: `${authority}/${segment}${version}/.well-known/openid-configuration`,
      "api-version": exchange.url.searchParams.get("api-version") ?? "1.1",
      metadata: [...localCloud(exchange, endpoint), ...microsoftClouds],
    });
  },
};

/** MSAL Python leaves out the port: a loopback name without one means this platform. */
function knownAuthority(context: TokenServiceContext, exchange: Exchange, endpoint: URL): string | undefined {
  if (isMicrosoft(endpoint.host)) {
    return endpoint.origin;
  }
  const isOurs = loopbackNames.has(endpoint.host) || context.hosts.isAllowed(endpoint.host);
  if (!isMicrosoft(exchange.url.host)) {
    return isOurs ? exchange.base : undefined;
  }
  // A request under Microsoft's name about a server on this machine: this platform, or another program.
  if (loopbackNames.has(endpoint.host)) {
    return context.url;
  }
  return isOurs || isOnThisMachine(endpoint) ? endpoint.origin : undefined;
}

/** The host that the client uses, unless the table has it. */
function localCloud(exchange: Exchange, endpoint: URL): readonly Cloud[] {
  const { host } = isMicrosoft(exchange.url.host) ? endpoint : exchange.url;
  return isMicrosoft(host) ? [] : [single(host)];
}

function isMicrosoft(host: string): boolean {
  return microsoftClouds.some((cloud) => cloud.aliases.includes(host));
}

function isOnThisMachine({ hostname }: URL): boolean {
  return loopbackNames.has(hostname) || hostname.endsWith(".localhost");
}

function single(host: string): Cloud {
  return { preferred_network: host, preferred_cache: host, aliases: [host] };
}
