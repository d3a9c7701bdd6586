/** Text as the directory compares it: letter case does not matter. */
export function fold(text: string): string {
  // These two become ASCII letters in JavaScript but not in SQLite's NOCASE; left alone, index and memory agree.
  return /[\u0130\u212A]/.test(text)
    ? text.replace(/[^\u0130\u212A]+/g, (run) => run.toLowerCase())
    : text.toLowerCase();
}

export function compareFolded(left: string, right: string): number {
  const [a, b] = [fold(left), fold(right)];
  return a < b ? -1 : Number(a > b);
}
