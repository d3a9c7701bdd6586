import { authorizationCode } from "./authorizationCode.ts";
import { clientCredentials } from "./clientCredentials.ts";
import { bareDeviceCode, deviceCode } from "./deviceCode.ts";
import type { Grant } from "./grant.ts";
import { onBehalfOf } from "./onBehalfOf.ts";
import { password } from "./password.ts";
import { refreshToken } from "./refreshToken.ts";

export const grants: readonly Grant[] = [
  clientCredentials,
  authorizationCode,
  refreshToken,
  deviceCode,
  bareDeviceCode,
  onBehalfOf,
  password,
];
