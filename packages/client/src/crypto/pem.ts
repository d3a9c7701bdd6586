import { decodeBase64 } from "./base64url.ts";

/** One block of a PEM text: its label and its decoded bytes. @see RFC 7468 section 2 */
export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array<ArrayBuffer>;
  /** Whether the block carries RFC 1421 headers (`Proc-Type: 4,ENCRYPTED`): OpenSSL's legacy encryption. */
  readonly legacyEncryption: boolean;
}

/** The blocks of a PEM text in file order; throws when a block is not base64. Text between blocks is ignored. */
export function readPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (const [, label = "", body = ""] of text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g)) {
    const legacyEncryption = body.includes("Proc-Type:");
    blocks.push({
      label,
      legacyEncryption,
      der: legacyEncryption ? new Uint8Array() : decodeBase64(body.replace(/\s+/g, "")),
    });
  }
  return blocks;
}
