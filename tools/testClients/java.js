import { builtProgram, versionOf } from "./builtProgram.js";

/** What pom.xml compiles for. */
const oldestJava = 17;

/** Java clients: an archive that Maven makes, with the libraries beside it. Tests name the class in it to run. */
export const java = builtProgram({
  language: "java",
  name: "Java",
  sources: ["pom.xml", "src"],
  output: "target",
  built: "daemon.jar",
  command: "java",
  builder: ["mvn", "--quiet", "--batch-mode", "package"],
  missing: () => {
    const compiler = versionOf("javac", ["-version"]);
    if (compiler === undefined) return "there is no working javac on the PATH";
    const found = Number(/^javac (\d+)/m.exec(compiler)?.[1]);
    if (found < oldestJava) return `javac is ${found}, and ${oldestJava} is needed`;
    return versionOf("mvn", ["--version"]) === undefined ? "there is no working mvn on the PATH" : undefined;
  },
});
