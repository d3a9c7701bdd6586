import { X509Certificate } from "node:crypto";
import type { SeedFile, SeedSecret } from "@latchkey/platform";
import { idOf, type Planned } from "../planned.ts";
import type { Step } from "../step.ts";
import { leftAlone } from "./leftAlone.ts";

/** Client secrets, found again by their name. Graph makes the values and gives them once. */
export function planSecrets(planned: Planned): readonly Step[] {
  const { seed, state } = planned;
  const there = state.application?.passwordCredentials.map(({ displayName }) => displayName ?? "(no name)") ?? [];
  const wanted = seed.secrets ?? [];
  const names = wanted.map(({ displayName }) => displayName ?? "");
  return [
    ...wanted.map((secret, index) => planSecret(planned, secret, names[index] ?? "", there)),
    ...leftAlone(seed.name, "secrets", there, names),
  ];
}

function planSecret(planned: Planned, secret: SeedSecret, name: string, there: readonly string[]): Step {
  const head = { subject: planned.seed.name, what: `secret ${name}` };
  if (there.includes(name)) {
    return { ...head, action: "nothing" };
  }
  if (secret.value !== undefined) {
    const detail = "Graph makes the values of secrets; leave out value to have one made";
    return { ...head, action: "not applicable", detail };
  }
  const { startDateTime, endDateTime } = secret;
  return {
    ...head,
    action: "create",
    givesSecret: true,
    run: async ({ send, keepSecret }) => {
      const made = await send<{ secretText: string; endDateTime: string }>(
        "POST",
        `applications/${idOf(planned, "application")}/addPassword`,
        { passwordCredential: { displayName: name, startDateTime, endDateTime } },
      );
      await keepSecret(planned.seed.name, idOf(planned, "client"), {
        displayName: name,
        value: made.secretText,
        endDateTime: made.endDateTime,
      });
    },
  };
}

/** Certificates, found again by their SHA-1 thumbprint. */
export function planCertificates(file: SeedFile, planned: Planned): readonly Step[] {
  const { seed, index, state } = planned;
  const there = state.application?.keyCredentials ?? [];
  const thumbprints = there.map(({ customKeyIdentifier }) => customKeyIdentifier ?? "(no thumbprint)");
  const wanted = (seed.certificates ?? []).map(({ displayName, pem = "" }, each) =>
    file.at(["applications", index, "certificates", each], () => {
      const { raw, fingerprint } = new X509Certificate(pem);
      return { displayName, thumbprint: fingerprint.replaceAll(":", ""), key: raw.toString("base64") };
    }),
  );
  const missing = wanted.filter(({ thumbprint }) => !thumbprints.includes(thumbprint));
  const step: Step =
    missing.length === 0
      ? { action: "nothing", subject: seed.name, what: "certificates" }
      : {
          action: there.length === 0 ? "create" : "change",
          subject: seed.name,
          what: "certificates",
          detail: missing.map(({ thumbprint }) => thumbprint).join(", "),
          run: ({ send }) =>
            send("PATCH", `applications/${idOf(planned, "application")}`, {
              // The list replaces the present one; an item without its key keeps the stored certificate.
              keyCredentials: [
                ...there,
                ...missing.map(({ displayName, key }) => ({
                  type: "AsymmetricX509Cert",
                  usage: "Verify",
                  displayName: displayName ?? null,
                  key,
                })),
              ],
            }),
        };
  const more = leftAlone(
    seed.name,
    "certificates",
    thumbprints,
    wanted.map(({ thumbprint }) => thumbprint),
  );
  return [...(wanted.length === 0 ? [] : [step]), ...more];
}
