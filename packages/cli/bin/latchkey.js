#!/usr/bin/env node
// The only file that older Nodes must be able to parse: it says what is needed instead of failing with a syntax error.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `latchkey needs Node 22.18 or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      "Install a newer Node from https://nodejs.org; in a clone of the repository, npm run latchkey -- installs its own.\n",
  );
  process.exitCode = 1;
} else {
  // Node 22 warns that SQLite is experimental; the platform's tests cover what is used of it.
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).includes("SQLite")) {
      Reflect.apply(emitWarning, process, [warning, ...rest]);
    }
  };
  await import("../dist/main.js");
}
