/** Parameters as the body of a form: to the letter what `URLSearchParams` makes of them, in a fraction of the time. */
export function formOf(parameters: Readonly<Record<string, string>>): string {
  let form = "";
  for (const name of Object.keys(parameters)) {
    form += `${form === "" ? "" : "&"}${formEncode(name)}=${formEncode(parameters[name] ?? "")}`;
  }
  return form;
}

const hexDigits = "0123456789ABCDEF";

/** @see https://url.spec.whatwg.org/#concept-urlencoded-serializer */
export function formEncode(text: string): string {
  let encoded = "";
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 127) return new URLSearchParams({ text }).toString().slice("text=".length);
    if (standsForItself(code)) continue;
    encoded += text.slice(from, at);
    encoded += code === 32 ? "+" : `%${hexDigits[code >> 4]}${hexDigits[code & 15]}`;
    from = at + 1;
  }
  return from === 0 ? text : encoded + text.slice(from);
}

/** Letters, digits, and `*`, `-`, `.`, `_`. */
function standsForItself(code: number): boolean {
  const letter = code | 32;
  return (
    (letter >= 97 && letter <= 122) ||
    (code >= 48 && code <= 57) ||
    code === 42 ||
    code === 45 ||
    code === 46 ||
    code === 95
  );
}
