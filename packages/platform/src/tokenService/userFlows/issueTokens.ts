import type { Refusal } from "../../aadsts/aadsts.ts";
import type { TokenServiceContext } from "../context.ts";
import type { GrantedToken } from "../grants/grant.ts";
import { issueUserTokens, type UserTokenRequest } from "../issuance/userTokens.ts";
import { issueUserFlowTokens } from "./userFlowTokens.ts";

/** The answer to a redemption: in the shape of the authority the user signed in at. */
export function issueTokens(context: TokenServiceContext, request: UserTokenRequest): Promise<Refusal | GrantedToken> {
  return request.userFlow === undefined
    ? issueUserTokens(context, request)
    : issueUserFlowTokens(context, request, request.userFlow);
}
