import type { Endpoint } from "../../tokenService/endpoints/endpoint.ts";
import { answerUserInfo } from "./userInfo.ts";

/** Version 1 has the endpoint on the token service's own host. */
export const userInfoVersion1: Endpoint = {
  method: "ALL",
  path: "/:tenant/openid/userinfo",
  handle: (context, request) => answerUserInfo(context, request),
};
