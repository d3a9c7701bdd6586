import { transport } from "#transport";
export const t: typeof fetch = transport;
