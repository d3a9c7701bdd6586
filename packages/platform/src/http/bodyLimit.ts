import type { Middleware } from "./plainHttp.ts";
import { type Handle, jsonResponse, type PlainRequest, type PlainResponse } from "./plainHttp.ts";

export const maxBodyBytes = 1_048_576;

/** A body of unknown length turned out to be over 1 MiB. */
export class BodyTooLargeError extends Error {
  override name = "BodyTooLargeError";
}

/** Refuses bodies over 1 MiB. A body of unannounced length is read first. */
export const limitBody: Middleware = (request, next) => {
  const announced = request.headers.get("content-length");
  if (announced !== null) {
    return Number(announced) > maxBodyBytes ? refuse(request) : next(request);
  }
  return request.headers.get("transfer-encoding") === null ? next(request) : readBeforehand(request, next);
};

async function readBeforehand(request: PlainRequest, next: Handle): Promise<PlainResponse> {
  try {
    await request.bytes();
  } catch (error) {
    if (error instanceof BodyTooLargeError) {
      return refuse(request);
    }
    throw error;
  }
  return next(request);
}

function refuse({ path }: PlainRequest): PlainResponse {
  const message = `A body is at most ${maxBodyBytes} bytes`;
  return path.startsWith("/v1.0/") || path.startsWith("/beta/")
    ? jsonResponse(413, { error: { code: "BadRequest", message } })
    : jsonResponse(413, { error: "invalid_request", error_description: message });
}
