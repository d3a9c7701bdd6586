/** Prints rows as a table, or as one JSON value with `--json`. */
export function report(title: string, rows: readonly Readonly<Record<string, string | number>>[]): void {
  if (process.argv.includes("--json")) {
    process.stdout.write(`${JSON.stringify({ title, rows })}\n`);
    return;
  }
  console.log(`\n${title}`);
  console.table(
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, shown(value)]))),
  );
}

/** Reports that a budget is missed, and makes the program fail when it ends. */
export function overBudget(what: string): void {
  console.error(`Over budget: ${what}.`);
  process.exitCode = 1;
}

function shown(value: string | number): string | number {
  if (typeof value === "string" || Number.isInteger(value)) {
    return value;
  }
  return value >= 1_000 ? Math.round(value) : Number(value.toPrecision(3));
}
