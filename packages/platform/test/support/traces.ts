/** A text that has to stay unknown, and what it was. */
export interface Secret {
  readonly what: string;
  readonly text: string;
}

/** Which of the secrets can be found in the text: as they are, or in an encoding that can be read back. */
export function findTraces(text: string, secrets: readonly Secret[]): readonly string[] {
  return secrets.filter((secret) => formsOf(secret.text).some((form) => text.includes(form))).map(({ what }) => what);
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, "utf8");
  // Base64 of a text inside another one depends on where it begins: three ways, without the ends that its neighbours share.
  const base64 = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .slice(4, -4),
  );
  const base64url = base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  // The signature of a token is as good as the whole.
  const signature = /^ey[\w-]+\.[\w-]+\.([\w-]{40,})$/.exec(secret)?.[1];
  return [
    ...[secret, encodeURIComponent(secret), bytes.toString("hex"), ...base64, ...base64url],
    ...(signature === undefined ? [] : [signature]),
  ];
}
