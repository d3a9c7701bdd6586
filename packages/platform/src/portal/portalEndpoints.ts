import { html } from "hono/html";
import { Refusal, refusalOf } from "../aadsts/aadsts.ts";
import { roleTemplateIdsOf } from "../directory/directoryRoles/directoryRoles.ts";
import { globalAdministrator } from "../directory/directoryRoles/roleTemplates.ts";
import { getTenant } from "../directory/tenants/tenants.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { type Exchange, openExchange } from "../http/exchange.ts";
import { methodNotAllowed, type PlainRequest, type PlainResponse } from "../http/plainHttp.ts";
import {
  endSession,
  findSignedIn,
  isSessionToken,
  type SignedIn,
  untrustedPostReason,
} from "../signIn/browserSession.ts";
import { errorPage } from "../signIn/page/errorPage.ts";
import { inOwnWindow } from "../signIn/page/ownWindow.ts";
import { handleSignInForm, redirectAfterForm } from "../signIn/signInForm.ts";
import { signInPage } from "../signIn/signInPage.ts";
import type { PortalContext } from "./context.ts";
import type { Outcome, PortalPage, PortalVisit, RefusedForm } from "./frame/portalPage.ts";
import { landing } from "./landing.ts";
import { pages } from "./pages.ts";

const purpose = "the portal";

/** The portal. Its pages are for signed-in Global Administrators, and changes need a form of the same session. */
export const portalEndpoints: readonly Endpoint<PortalContext>[] = [
  landing,
  inOwnWindow({ method: "GET", path: "/portal", handle: () => redirectAfterForm("/portal/applications") }),
  inOwnWindow({
    method: "GET",
    path: "/portal/latchkey-ca.pem",
    handle: ({ caCertificate }) => ({
      status: 200,
      headers: { "content-type": "application/x-pem-file" },
      body: caCertificate,
    }),
  }),
  ...pages.map((page) =>
    inOwnWindow({
      method: "ALL",
      path: `/portal${page.path}`,
      handle: (context: PortalContext, request, parameters) => answerPage(context, page, request, parameters),
    }),
  ),
];

async function answerPage(
  context: PortalContext,
  page: PortalPage,
  request: PlainRequest,
  parameters: Readonly<Record<string, string>>,
): Promise<PlainResponse> {
  const exchange = openExchange(context, request);
  const target = `${exchange.url.pathname}${exchange.url.search}`;
  switch (request.method) {
    case "GET":
    case "HEAD": {
      const signedIn = findSignedIn(context, request);
      if (signedIn === undefined) {
        const userPrincipalName = exchange.url.searchParams.get("login_hint") ?? undefined;
        return signInPage(context, { target, purpose, userPrincipalName });
      }
      return asAdministrator({ context, exchange, signedIn, target, parameters }, (visit) => page.show(visit));
    }
    case "POST":
      return handleForm(context, page, exchange, target, parameters, request);
    default:
      return methodNotAllowed("GET, POST");
  }
}

async function handleForm(
  context: PortalContext,
  page: PortalPage,
  exchange: Exchange,
  target: string,
  parameters: Readonly<Record<string, string>>,
  request: PlainRequest,
): Promise<PlainResponse> {
  const foreign = untrustedPostReason(exchange);
  if (foreign !== undefined) {
    return refuseForm(context, exchange, foreign);
  }
  const form = await readFormData(request);
  if (form === undefined) {
    return refuseForm(context, exchange, "the body is not a form; submit the form on the page");
  }
  const texts = new Map([...form].flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
  const signInResponse = handleSignInForm({ context, exchange, target, purpose, next: () => target }, texts);
  if (signInResponse !== undefined) {
    return signInResponse;
  }
  const signedIn = findSignedIn(context, request);
  if (signedIn === undefined) {
    return signInPage(context, { target, purpose, problem: "Your session has ended." });
  }
  if (!isSessionToken(signedIn.session, texts.get("token"))) {
    return refuseForm(context, exchange, "the form does not have your session's token; reload the page");
  }
  const action = texts.get("action") ?? "";
  if (action === "sign-out") {
    return redirectAfterForm(target, endSession(context, request));
  }
  return asAdministrator({ context, exchange, signedIn, target, parameters }, async (visit) => {
    const perform = Object.hasOwn(page.actions ?? {}, action) ? page.actions?.[action] : undefined;
    return perform === undefined
      ? refuseForm(context, exchange, "the action of the form is unknown; reload the page")
      : answerOutcome(page, visit, await perform(visit, form), { action, form });
  });
}

function answerOutcome(
  page: PortalPage,
  visit: PortalVisit,
  outcome: Outcome,
  sent: Pick<RefusedForm, "action" | "form">,
): Promise<PlainResponse> | PlainResponse {
  if (outcome.kind === "problem") {
    const { text, field } = outcome;
    return page.show({ ...visit, problem: { ...sent, text, field } });
  }
  const { context, exchange, signedIn, tenant } = visit;
  const { why, clientId } = outcome;
  context.events.record({
    type: "portal",
    method: "POST",
    path: exchange.path,
    status: 303,
    why: `${signedIn.user.userPrincipalName} ${why}`,
    clientId,
    tenantId: tenant.id,
    userId: signedIn.user.id,
    correlationId: exchange.correlationId,
  });
  return redirectAfterForm(outcome.to ?? visit.target);
}

/** Calls `work`, or shows why the signed-in user may not use the portal. */
function asAdministrator(
  visit: Omit<PortalVisit, "tenant">,
  work: (visit: PortalVisit) => PlainResponse | Promise<PlainResponse>,
): PlainResponse | Promise<PlainResponse> {
  try {
    return work(admit(visit));
  } catch (error) {
    return refuseUser(visit.context, visit.exchange, visit.signedIn, refusalOf(error));
  }
}

function admit(visit: Omit<PortalVisit, "tenant">): PortalVisit {
  const { context, signedIn } = visit;
  const { user } = signedIn;
  const tenant = getTenant(context.directory, user.tenantId);
  const roles = roleTemplateIdsOf(context.directory, user.id);
  if (tenant === undefined || !roles.includes(globalAdministrator.templateId)) {
    const why = `${user.userPrincipalName} is not a ${globalAdministrator.displayName}; the portal is for administrators with this role`;
    throw new Refusal("90093", {}, why);
  }
  return { ...visit, tenant };
}

function refuseForm(context: PortalContext, exchange: Exchange, why: string): Promise<PlainResponse> {
  const refusal = new Refusal("90013", {}, why);
  recordRefusal(context, exchange, refusal);
  return errorPage(context, exchange, refusal);
}

function refuseUser(
  context: PortalContext,
  exchange: Exchange,
  { session, user }: SignedIn,
  refusal: Refusal,
): Promise<PlainResponse> {
  recordRefusal(context, exchange, refusal, user.id);
  const more = html`<form method="post">
<input type="hidden" name="token" value="${session.formToken}">
<p><button class="link" type="submit" name="action" value="sign-out">Sign in with another account</button></p>
</form>`;
  return errorPage(context, exchange, refusal, { more });
}

function recordRefusal(context: PortalContext, exchange: Exchange, refusal: Refusal, userId?: string): void {
  const { request, path, correlationId } = exchange;
  const { status, code, why } = refusal;
  const event = { type: "portal", method: request.method, path, correlationId, userId } as const;
  context.events.record({ ...event, status, why: `AADSTS${code}: ${why}`, aadsts: code });
}

/** Returns `undefined` if the body is not a form. */
async function readFormData(request: PlainRequest): Promise<FormData | undefined> {
  const headers = { "content-type": request.headers.get("content-type") ?? "" };
  return new Response(await request.bytes(), { headers }).formData().catch(() => undefined);
}
