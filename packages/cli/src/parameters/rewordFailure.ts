import { AuthError, ConfigurationError } from "@latchkey/client";
import { DescribedFailure, describeFailure } from "../core/failure.ts";

/** The library's wording about its options, and the wording for the keys of a parameters file. */
const rewordings: readonly (readonly [RegExp, string])[] = [
  [
    /pass the text of (\S+) both as privateKey and as certificate/,
    "name $1 both as private_key_file and as certificate_file",
  ],
  [/Pass the text of the (?=(\.crt or \.pem )?file that)/, "Name the "],
  [/Pass the key of this certificate/, "Name the key of this certificate"],
  [/\b(P|p)ass certificate\b/, "add certificate_file"],
  [/^add certificate_file/, "Add certificate_file"],
  [/^certificate (?=contains|is)/, "certificate_file "],
  [
    /\bclientCredential to a non-empty secret, certificate or assertion/,
    "secret, or private_key_file and certificate_file, to what is not empty",
  ],
  [/^scopes (?=contains)/, "scope "],
  [
    /Use clientCertificate\([^)]*\) instead of clientSecret/,
    "Name the file as private_key_file and as certificate_file, instead of secret",
  ],
  [/, or pass tenantId with the call/, ""],
  [/needs its host in knownAuthorities/, "needs a program that names its host in the library's knownAuthorities"],
  [/add ("[^"]+") to knownAuthorities/, "write a program that has $1 in the library's knownAuthorities"],
  [/\bprivateKey\b/g, "private_key_file"],
  [/\bclientId\b/g, "client_id"],
  [/\boidcAuthority\b/g, "oidc_authority"],
  [/\bbaseUrl\b/g, "endpoint"],
];

export function rewordText(text: string, retryAfterMs?: number): string {
  const wait = retryAfterMs === undefined ? "a while" : `${Math.ceil(retryAfterMs / 1000)} seconds`;
  return rewordings
    .reduce((words, [pattern, replacement]) => words.replace(pattern, replacement), text)
    .replace("for retryAfterMs", wait);
}

/** Rewords the library's error for the author of a parameters file; returns other errors unchanged. */
export function rewordFailure(error: unknown): unknown {
  if (!(error instanceof AuthError)) {
    return error;
  }
  const failure = describeFailure(error);
  const { retryAfterMs } = error as { readonly retryAfterMs?: number };
  return new DescribedFailure(
    {
      ...failure,
      // A service's own words stay unchanged.
      error_description: error instanceof ConfigurationError ? rewordText(error.message) : failure.error_description,
      remedy: rewordText(error.remedy, retryAfterMs),
    },
    { cause: error },
  );
}
