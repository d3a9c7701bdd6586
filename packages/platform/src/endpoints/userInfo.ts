import { answerUserInfo } from "../userInfo.ts";
import type { Endpoint } from "./endpoint.ts";

/** Version 1 has the endpoint on the token service's own host. */
export const userInfoVersion1: Endpoint = {
  method: "ALL",
  path: "/:tenant/openid/userinfo",
  handle: (context, request) => answerUserInfo(context, request),
};
