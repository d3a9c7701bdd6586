/** Makes a function that finds each text's result once. */
export function memoize<T>(find: (text: string) => T): (text: string) => T {
  const found = new Map<string, T>();
  let lastText: string | undefined;
  let lastResult: T | undefined;
  return (text) => {
    // Most often it is the same again; then nothing is hashed.
    if (text === lastText) {
      return lastResult as T;
    }
    let result = found.get(text);
    if (result === undefined) {
      result = find(text);
      found.set(text, result);
    }
    lastText = text;
    lastResult = result;
    return result;
  };
}
