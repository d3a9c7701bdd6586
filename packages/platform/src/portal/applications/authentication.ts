import { html } from "hono/html";
import { updateApplication } from "../../directory/applications/applicationChanges.ts";
import { checkRedirectUri } from "../../directory/applications/uris/redirectUris.ts";
import type { Markup } from "../../signIn/page/page.ts";
import { formFields } from "../frame/fields.ts";
import { formToken, portalFrame } from "../frame/portalFrame.ts";
import { attempt, linesField, type PortalPage, textField } from "../frame/portalPage.ts";
import { applicationPage, applicationTabs } from "./applicationPage.ts";

/** Redirect URIs by platform, and which flows without a secret are allowed. */
export const authentication: PortalPage = applicationPage({
  segment: "authentication",
  show(visit) {
    const { web, spa, publicClient, isFallbackPublicClient, displayName } = visit.application;
    const { enableIdTokenIssuance, enableAccessTokenIssuance } = web.implicitGrantSettings;
    const fields = formFields(visit, "save");
    const uris = (name: string, label: string, values: readonly string[]): Markup =>
      fields.textarea({ name, label, value: values.join("\n") });
    const check = (name: string, label: string, isChecked: boolean): Markup => fields.check({ name, label, isChecked });
    const body = html`<form method="post">${formToken(visit)}
${uris("web", "Web redirect URIs, one per line", web.redirectUris)}
${uris("spa", "Single-page application redirect URIs, one per line", spa.redirectUris)}
${uris("publicClient", "Mobile and desktop redirect URIs, one per line", publicClient.redirectUris)}
${fields.input({ name: "logoutUrl", label: "Front-channel logout URL", value: web.logoutUrl ?? "", attributes: 'type="url"' })}
<fieldset><legend>Tokens issued by the authorize endpoint</legend>
${check("idTokens", "ID tokens (hybrid and implicit flow)", enableIdTokenIssuance)}
${check("accessTokens", "Access tokens (implicit flow)", enableAccessTokenIssuance)}</fieldset>
<fieldset><legend>Flows without a redirect URI or a secret</legend>
${check("allowPublicClient", "Allow the device code and user name and password flows", isFallbackPublicClient === true)}</fieldset>
<div class="actions"><button class="primary" type="submit" name="action" value="save">Save</button></div></form>`;
    const tabs = applicationTabs(visit.application, "authentication");
    return portalFrame(visit, { title: `${displayName}: authentication`, body, tabs });
  },
  actions: {
    save({ application, context }, form) {
      const [web, spa, publicClient] = ["web", "spa", "publicClient"].map((name) => linesField(form, name));
      const logoutUrl = textField(form, "logoutUrl");
      for (const name of ["web", "spa", "publicClient", "logoutUrl"]) {
        const checked = attempt(() => linesField(form, name).forEach(checkRedirectUri), name);
        if ("problem" in checked) {
          return checked.problem;
        }
      }
      updateApplication(context.directory, application.id, {
        web: {
          ...application.web,
          redirectUris: web ?? [],
          logoutUrl: logoutUrl || null,
          implicitGrantSettings: {
            enableIdTokenIssuance: form.has("idTokens"),
            enableAccessTokenIssuance: form.has("accessTokens"),
          },
        },
        spa: { redirectUris: spa ?? [] },
        publicClient: { redirectUris: publicClient ?? [] },
        isFallbackPublicClient: form.has("allowPublicClient"),
      });
      const why = `changed the sign-in settings of ${application.displayName}`;
      return { kind: "done", why, clientId: application.appId };
    },
  },
});
