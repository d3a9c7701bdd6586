import type { SeedFederatedCredential } from "@latchkey/platform";
import { idOf, type Planned } from "../planned.ts";
import type { Step } from "../step.ts";
import { leftAlone } from "./leftAlone.ts";

/** Plans federated credentials, identified by name. */
export function planFederatedCredentials(planned: Planned): readonly Step[] {
  const { seed, state } = planned;
  const desired = seed.federatedCredentials ?? [];
  return [
    ...desired.flatMap((credential) => planCredential(planned, credential)),
    ...leftAlone(
      seed.name,
      "federated credentials",
      state.federatedCredentials.map(({ name }) => name),
      desired.map(({ name }) => name),
    ),
  ];
}

function planCredential(planned: Planned, credential: SeedFederatedCredential): readonly Step[] {
  const { name, issuer, subject, audience, description, keys } = credential;
  const before = planned.state.federatedCredentials.find((candidate) => candidate.name === name);
  const head = { subject: planned.seed.name, what: `federated credential ${name}` };
  const noKeys: readonly Step[] =
    keys === undefined
      ? []
      : [
          {
            ...head,
            action: "not applicable",
            detail: "keys: Graph makes Entra request the keys from the issuer itself",
          },
        ];
  const path = (): string => `applications/${idOf(planned, "application")}/federatedIdentityCredentials`;
  if (before === undefined) {
    const body = { name, issuer, subject, description, audiences: [audience ?? "api://AzureADTokenExchange"] };
    return [...noKeys, { ...head, action: "create", run: ({ send }) => send("POST", path(), body) }];
  }
  const fields = { issuer, subject, description, audiences: audience === undefined ? undefined : [audience] };
  const changed = Object.entries(fields).filter(
    ([field, value]) => value !== undefined && String(value) !== String(Reflect.get(before, field)),
  );
  if (changed.length === 0) {
    return [...noKeys, { ...head, action: "nothing" }];
  }
  return [
    ...noKeys,
    {
      ...head,
      action: "change",
      detail: changed.map(([field]) => field).join(", "),
      run: ({ send }) => send("PATCH", `${path()}/${before.id}`, Object.fromEntries(changed)),
    },
  ];
}
