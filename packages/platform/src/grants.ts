import { clientCredentials } from "./grants/clientCredentials.ts";
import type { Grant } from "./grants/grant.ts";

export const grants: readonly Grant[] = [clientCredentials];
