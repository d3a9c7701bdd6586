import { X509Certificate } from "node:crypto";
import type { SeedFile, SeedSecret } from "@latchkey/platform";
import { idOf, type Planned } from "../planned.ts";
import type { Step } from "../step.ts";
import { leftAlone } from "./leftAlone.ts";

/** Plans client secrets, identified by name. Graph generates the values and returns them only once. */
export function planSecrets(planned: Planned): readonly Step[] {
  const { seed, state } = planned;
  const existing = state.application?.passwordCredentials.map(({ displayName }) => displayName ?? "(no name)") ?? [];
  const desired = seed.secrets ?? [];
  const names = desired.map(({ displayName }) => displayName ?? "");
  return [
    ...desired.map((secret, index) => planSecret(planned, secret, names[index] ?? "", existing)),
    ...leftAlone(seed.name, "secrets", existing, names),
  ];
}

function planSecret(planned: Planned, secret: SeedSecret, name: string, existing: readonly string[]): Step {
  const head = { subject: planned.seed.name, what: `secret ${name}` };
  if (existing.includes(name)) {
    return { ...head, action: "nothing" };
  }
  if (secret.value !== undefined) {
    const detail = "Graph generates the values of secrets; leave out value to have one generated";
    return { ...head, action: "not applicable", detail };
  }
  const { startDateTime, endDateTime } = secret;
  return {
    ...head,
    action: "create",
    createsSecret: true,
    run: async ({ send, storeSecret }) => {
      const made = await send<{ secretText: string; endDateTime: string }>(
        "POST",
        `applications/${idOf(planned, "application")}/addPassword`,
        { passwordCredential: { displayName: name, startDateTime, endDateTime } },
      );
      await storeSecret(planned.seed.name, idOf(planned, "client"), {
        displayName: name,
        value: made.secretText,
        endDateTime: made.endDateTime,
      });
    },
  };
}

/** Plans certificates, identified by SHA-1 thumbprint. */
export function planCertificates(file: SeedFile, planned: Planned): readonly Step[] {
  const { seed, index, state } = planned;
  const existing = state.application?.keyCredentials ?? [];
  const thumbprints = existing.map(({ customKeyIdentifier }) => customKeyIdentifier ?? "(no thumbprint)");
  const desired = (seed.certificates ?? []).map(({ displayName, pem = "" }, each) =>
    file.at(["applications", index, "certificates", each], () => {
      const { raw, fingerprint } = new X509Certificate(pem);
      return { displayName, thumbprint: fingerprint.replaceAll(":", ""), key: raw.toString("base64") };
    }),
  );
  const missing = desired.filter(({ thumbprint }) => !thumbprints.includes(thumbprint));
  const step: Step =
    missing.length === 0
      ? { action: "nothing", subject: seed.name, what: "certificates" }
      : {
          action: existing.length === 0 ? "create" : "change",
          subject: seed.name,
          what: "certificates",
          detail: missing.map(({ thumbprint }) => thumbprint).join(", "),
          run: ({ send }) =>
            send("PATCH", `applications/${idOf(planned, "application")}`, {
              // The list replaces the existing one; an item without its key stands for the stored certificate.
              keyCredentials: [
                ...existing,
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
    desired.map(({ thumbprint }) => thumbprint),
  );
  return [...(desired.length === 0 ? [] : [step]), ...more];
}
