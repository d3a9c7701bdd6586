import type { TokenServiceContext } from "../tokenService/context.ts";

/** What Azure's services need of the platform: managed identities get tokens that the token service issues. */
export type AzureContext = TokenServiceContext;
