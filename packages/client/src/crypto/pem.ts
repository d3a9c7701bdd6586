import { decodeBase64 } from "./base64url.ts";

/** One block of a PEM text: its label and its decoded bytes. @see RFC 7468 section 2 */
export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array<ArrayBuffer>;
  /** Whether the block carries RFC 1421 headers (`Proc-Type: 4,ENCRYPTED`): OpenSSL's legacy encryption. */
  readonly legacyEncryption: boolean;
}

/**
 * The blocks of a PEM text in file order; throws when a block is not base64. Text between blocks is ignored, and so is what
 * becomes of a text on its way through variables and editors: line breaks as two characters or none, quotation marks,
 * invisible characters, dashes made longer, an END that was cut off.
 */
export function readPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  const bare = text.replace(/\\+[nrt]?|[\p{C}\p{DI}\p{QMark}`]/gu, "");
  for (const [, label = "", body = ""] of bare.matchAll(/BEGIN ([A-Z0-9 ]{1,40})\p{Pd}{1,5}(.*?)(?=\p{Pd}{2}|$)/gsu)) {
    const legacyEncryption = body.includes("Proc-Type:");
    blocks.push({
      label,
      legacyEncryption,
      der: legacyEncryption ? new Uint8Array() : decodeBase64(body.replace(/\p{Z}+/gu, "")),
    });
  }
  return blocks;
}
