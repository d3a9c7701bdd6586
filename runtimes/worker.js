// workerd runs this.
import { smoke } from "./smoke.js";

export default { fetch: async () => Response.json(await smoke()) };
