import { Refusal } from "../../aadsts/aadsts.ts";
import { matchPassword } from "../../directory/credentials/passwordCredentials.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import type { ClientAuthenticationMethod } from "./method.ts";

/** A client secret, in the body or in `Authorization: Basic`; the body takes precedence. @see RFC 6749 section 2.3.1 */
export const secret: ClientAuthenticationMethod = {
  isPresented: (request) => presentedSecret(request) !== "",
  authenticate({ directory }, request, application, tenant) {
    const { appId } = application;
    const presented = presentedSecret(request);
    const match = matchPassword(directory, application.id, presented, tenant.id);
    switch (match.kind) {
      case "match":
        return "secret";
      case "expired": {
        const end = new Date(match.credential.endMs).toISOString();
        throw new Refusal("7000222", { appId }, `the secret is right but expired at ${end}; add a new one`);
      }
      case "notYetValid": {
        const start = new Date(match.credential.startMs).toISOString();
        throw new Refusal("7000215", { appId }, `the secret is right but not valid before ${start}`);
      }
      case "keyIdSent":
        throw new Refusal(
          "7000215",
          { appId },
          "the value sent is the id of a registered secret; send the secret's value",
        );
      case "none":
        throw new Refusal(
          "7000215",
          { appId },
          match.registered === 0
            ? "the application has no secret; add one and send its value"
            : `the value sent (${presented.length} characters) does not match ${match.registered === 1 ? "the registered secret" : `any of the ${match.registered} registered secrets`}`,
        );
    }
  },
};

function presentedSecret({ form, basic }: TokenRequest): string {
  return form.get("client_secret") || basic?.secret || "";
}
