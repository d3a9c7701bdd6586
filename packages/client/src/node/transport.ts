import { request } from "node:https";
export const transport: typeof globalThis.fetch = (input, init) => {
  void request;
  return globalThis.fetch(input, init);
};
