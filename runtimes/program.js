// Node, Bun and Deno run this.
import { smoke } from "./smoke.js";

console.log(JSON.stringify(await smoke()));
