import { portalServiceEndpoints } from "../azure/portalService.ts";
import { answerResourceManager } from "../azure/resourceManager/resourceManager.ts";
import { userInfoEndpoints, userInfoVersion1 } from "../graph/userInfo/userInfo.ts";
import { type Serve, serveEndpoints } from "../http/endpoint.ts";
import { asWritten } from "../http/router.ts";
import { portalEndpoints } from "../portal/portalEndpoints.ts";
import { signInEndpoints } from "../tokenService/endpoints/signInEndpoints.ts";
import type { PlatformContext } from "./platformContext.ts";

// What neither tokens nor Graph need. It is one module because each dynamically imported module is published as a file
// of its own, and the code it shares with others as more files, which every start would have to read.

export { answerWithFaults } from "../control/injectedFaults/answerWithFaults.ts";
export { errorPage } from "../signIn/page/errorPage.ts";

type OpenRoom = (context: PlatformContext) => Serve;

export const signInRoom: OpenRoom = (context) =>
  serveEndpoints(context, [...signInEndpoints, userInfoVersion1], asWritten);

export const userInfoRoom: OpenRoom = (context) => serveEndpoints(context, userInfoEndpoints, asWritten);

export const resourceManagerRoom: OpenRoom = (context) => (request) => answerResourceManager(context, request);

export const portalServiceRoom: OpenRoom = (context) => serveEndpoints(context, portalServiceEndpoints, asWritten);

export const portalRoom: OpenRoom = (context) => serveEndpoints(context, portalEndpoints, asWritten);
