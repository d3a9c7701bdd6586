/** Folds text as the directory compares it: case is ignored. */
export function fold(text: string): string {
  // JavaScript maps these two to ASCII letters, SQLite's NOCASE does not. Left unchanged, both compare alike.
  return /[\u0130\u212A]/.test(text)
    ? text.replace(/[^\u0130\u212A]+/g, (run) => run.toLowerCase())
    : text.toLowerCase();
}

export function compareFolded(left: string, right: string): number {
  const [a, b] = [fold(left), fold(right)];
  return a < b ? -1 : Number(a > b);
}
