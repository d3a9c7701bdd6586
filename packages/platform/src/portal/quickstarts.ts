import { daemon } from "./quickstarts/daemon.ts";
import { device } from "./quickstarts/device.ts";
import type { Quickstart } from "./quickstarts/quickstart.ts";
import { webApi } from "./quickstarts/webApi.ts";
import { webApp } from "./quickstarts/webApp.ts";

/** Every kind of program that the portal registers and writes code for. */
export const quickstarts: readonly Quickstart[] = [daemon, webApp, webApi, device];
