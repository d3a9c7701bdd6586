import {
  type Call,
  type HttpAnswer,
  type HttpClient,
  hostOf,
  invalidResponse,
  isPassing,
  parseObject,
  send,
} from "./http.ts";
import { withRetries } from "./retry.ts";

/** Gets a JSON object; the body of an answer that is none is reported, never thrown as a syntax error. */
export async function getJson(
  http: HttpClient,
  address: string,
  call: Call,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const init = { headers: { accept: "application/json" } };
  const hasTrouble = ({ status }: HttpAnswer): boolean => isPassing(status);
  const answer = await withRetries(http, call, true, hasTrouble, () => send(http, address, init, call));
  const body = parseObject(answer.text);
  // "Not found" is an answer in whatever form: the server is there, and the address is wrong.
  if (answer.status !== 404 && (body === undefined || hasTrouble(answer))) {
    throw invalidResponse(hostOf(address), answer, undefined, call.correlationId);
  }
  return { status: answer.status, body: body ?? {} };
}
