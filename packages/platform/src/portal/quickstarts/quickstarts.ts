import { daemon } from "./daemon.ts";
import { device } from "./device.ts";
import type { Quickstart } from "./quickstart.ts";
import { webApi } from "./webApi/webApi.ts";
import { webApp } from "./webApp/webApp.ts";

/** Every kind of program that the portal can register and show code for. */
export const quickstarts: readonly Quickstart[] = [daemon, webApp, webApi, device];
