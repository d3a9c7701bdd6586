import type { Endpoint } from "./endpoints/endpoint.ts";
import { tokenVersion1, tokenVersion2 } from "./endpoints/token.ts";

/** Every route of the token service. */
export const endpoints: readonly Endpoint[] = [tokenVersion2, tokenVersion1];
