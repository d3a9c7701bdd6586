import { authorizationCode } from "./grants/authorizationCode.ts";
import { clientCredentials } from "./grants/clientCredentials.ts";
import type { Grant } from "./grants/grant.ts";
import { refreshToken } from "./grants/refreshToken.ts";

export const grants: readonly Grant[] = [clientCredentials, authorizationCode, refreshToken];
