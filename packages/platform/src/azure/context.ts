import type { TokenServiceContext } from "../tokenService/context.ts";

/** What Azure's services need of the platform: managed identities get their tokens as the token service issues them. */
export type AzureContext = TokenServiceContext;
