export const transport: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);
