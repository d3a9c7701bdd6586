/** Errors about access tokens. Rows as in `graphError.ts`. */
export const tokenRows = {
  tokenEmpty: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message: "Access token is empty.",
    source: "I msgraph-sample-reactspa#54",
  },
  tokenMalformed: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message:
      "IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in JWS or JWE Compact Serialization Format. (JWS): 'EncodedHeader.EncodedPayload.EncodedSignature'. (JWE): 'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'.",
    source: "I flutter_appauth#575 2024-12",
  },
  tokenUndecodable: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message: "IDX12729: Unable to decode the header as Base64Url encoded string.",
    source: "K",
  },
  tokenSignature: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message: "Access token validation failure. Invalid signature.",
    source: "K",
  },
  tokenExpired: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message: "Lifetime validation failed, the token is expired.",
    source: "I Microsoft365DSC#4427 2024-03",
  },
  tokenNotYetValid: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message: "Access token has expired or is not yet valid.",
    source: "I; used for this case K",
  },
  tokenAudience: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message: "Access token validation failure. Invalid audience.",
    source: "I oauth2-proxy#2517 2024",
  },
  accessEnded: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message:
      "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
    source: "I; the same code for every cause K",
  },
} as const;
