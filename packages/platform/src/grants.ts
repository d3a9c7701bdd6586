import { authorizationCode } from "./grants/authorizationCode.ts";
import { clientCredentials } from "./grants/clientCredentials.ts";
import { bareDeviceCode, deviceCode } from "./grants/deviceCode.ts";
import type { Grant } from "./grants/grant.ts";
import { onBehalfOf } from "./grants/onBehalfOf.ts";
import { password } from "./grants/password.ts";
import { refreshToken } from "./grants/refreshToken.ts";

export const grants: readonly Grant[] = [
  clientCredentials,
  authorizationCode,
  refreshToken,
  deviceCode,
  bareDeviceCode,
  onBehalfOf,
  password,
];
