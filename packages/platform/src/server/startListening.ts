import { allowedHosts } from "../http/hosts.ts";
import type { Handle } from "../http/plainHttp.ts";
import { answerSockets } from "../http/sockets/answerSockets.ts";
import type { Listener, listen } from "../http/sockets/listen.ts";
import { type OpenInterception, prepareInterception } from "../interception/interception.ts";
import { authorityDirectory, type PlatformOptions } from "../options.ts";
import { openNewSecrets } from "../portal/newSecrets.ts";
import { openSecondFactors } from "../signIn/secondFactors.ts";
import { tokenSigning } from "../signing/tokens.ts";
import type { ServerCertificate } from "../tls/authority.ts";
import { issueLocalhostCertificate, issueServerCertificate, loadAuthority } from "../tls/devCertificate.ts";
import type { PlatformState } from "./openState.ts";
import type { PlatformContext } from "./platformContext.ts";
import { openWayIn } from "./wayIn.ts";

/** A platform that answers requests. */
export interface RunningServer {
  readonly context: PlatformContext;
  readonly handle: Handle;
  readonly certificate: ServerCertificate;
  /** The certificates to trust (PEM): the platform's own authority, then that of interception. */
  readonly caCertificate: string;
  readonly interception: OpenInterception | undefined;
  close(): Promise<void>;
}

/** Listens with `open`, answers requests from the rooms, and starts interception if the options ask for it. */
export async function startListening(
  open: typeof listen,
  options: PlatformOptions,
  state: PlatformState,
  openRooms: (context: PlatformContext) => Handle,
): Promise<RunningServer> {
  const { port, firstPort, dataDirectory } = options;
  const { tenant, controls } = state;
  // Other programs check TLS by the machine's time, whatever the platform's clock says.
  const nowMs = Date.now();
  const authority = loadAuthority(authorityDirectory(options), nowMs);
  const certificate = issueServerCertificate(authority, nowMs);
  const interception = options.mode === "interception" ? prepareInterception(nowMs) : undefined;
  const localhost = { names: ["localhost"], certificate: issueLocalhostCertificate(authority, nowMs) };
  const further = [localhost, ...(interception === undefined ? [] : [interception.certificate])];
  const listener = await open({ port, firstPort, certificate, further });
  const ownAuthority = authority.certificate.toString();
  const hosts = [...(options.allowedHosts ?? []), ...(interception?.hosts ?? [])];
  const context = openContext(options, state, listener, { ownAuthority, issuers: interception?.issuers, hosts });
  const handle = openWayIn(context, controls, openRooms(context));
  listener.serve(answerSockets(handle, { scheme: "https", reset: listener.reset }), state.clock);
  try {
    const { accept } = listener;
    const opened = await interception?.open({
      ...{ accept, events: state.events, ownAuthority, tenantId: tenant.id, dataDirectory },
    });
    return {
      context,
      handle,
      certificate,
      caCertificate: `${ownAuthority}${interception?.authority ?? ""}`,
      interception: opened,
      async close() {
        await opened?.close();
        await listener.close();
      },
    };
  } catch (error) {
    await listener.close();
    throw error;
  }
}

function openContext(
  options: PlatformOptions,
  { directory, clock, random, keys, controls, events, sessions, lockout, throttling }: PlatformState,
  { port }: Listener,
  names: {
    readonly ownAuthority: string;
    readonly issuers: PlatformContext["issuers"] | undefined;
    readonly hosts: readonly string[];
  },
): PlatformContext {
  // `origin` leaves out the default port of https: clients compare addresses to the letter.
  const url = new URL(`https://localhost:${port}`).origin;
  return {
    url,
    mode: options.mode ?? "own-host",
    caCertificate: names.ownAuthority,
    issuers: names.issuers ?? { 1: url, 2: url },
    ...{ directory, clock, random, events, sessions, lockout, throttling },
    signing: tokenSigning(keys, controls.listeners),
    hosts: allowedHosts(port, names.hosts),
    secondFactors: openSecondFactors(clock, random),
    newSecrets: openNewSecrets(clock),
    wireProfile: { errorTrailerSeparator: " ", declinedConsentError: "consent_required", ...options.wireProfile },
  };
}
