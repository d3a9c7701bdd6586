/** Creates a function that computes each string's result once. */
export function memoize<T>(find: (text: string) => T): (text: string) => T {
  const found = new Map<string, T>();
  let lastText: string | undefined;
  let lastResult: T | undefined;
  return (text) => {
    // Often the same string again: no hashing needed.
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
