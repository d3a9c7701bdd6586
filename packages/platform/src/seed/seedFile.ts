import type { Seed, SeedApplication, SeedCertificate, SeedSecret } from "./seed.ts";

/** A seed file that was read and checked, for programs that apply it themselves. */
export interface SeedFile {
  /** Every secret has a name and every certificate its PEM text. */
  readonly seed: Seed;
  /** Runs a step. An error becomes a `SeedError` with the place in the file. */
  at<Result>(path: readonly (string | number)[], step: () => Result): Result;
}

/**
 * Reads and checks a seed file, YAML or JSON, without applying it. Rejects with a `SeedError` that names file, line,
 * field and remedy.
 *
 * @example
 * ```ts
 * import { readSeedFile } from "@latchkey/platform";
 *
 * const { seed } = await readSeedFile("registration.yaml");
 * console.log(seed.applications?.map(({ name }) => name));
 * ```
 */
export async function readSeedFile(path: string | URL): Promise<SeedFile> {
  // Imported on demand: loading the YAML reader takes longer than starting the platform.
  const [{ fileSource }, { readSeed }, { readPem, secretName }, { at }] = await Promise.all([
    import("./loadSeed.ts"),
    import("./readSeed.ts"),
    import("./apply/applyCredentials.ts"),
    import("./apply/seeding.ts"),
  ]);
  const source = fileSource(path);
  const seed = readSeed(source);
  const locate: SeedFile["at"] = (place, step) => at({ source }, place, step);

  function complete(application: SeedApplication, index: number): SeedApplication {
    const secrets = application.secrets?.map(
      (secret, position): SeedSecret => ({ ...secret, displayName: secretName(secret, position) }),
    );
    const certificates = application.certificates?.map((certificate, position): SeedCertificate => {
      const pem = locate(["applications", index, "certificates", position], () => readPem(certificate, source));
      return { displayName: certificate.displayName, pem };
    });
    return { ...application, secrets, certificates };
  }

  return { seed: { ...seed, applications: seed.applications?.map(complete) }, at: locate };
}

/**
 * Writes a seed as YAML, in the format that {@link readSeedFile} and `startPlatform` read. Unset fields are left out.
 *
 * @example
 * ```ts
 * import { formatSeed } from "@latchkey/platform";
 *
 * console.log(await formatSeed({ applications: [{ name: "nightly-report", secrets: [{}] }] }));
 * ```
 */
export async function formatSeed(seed: Seed): Promise<string> {
  const { stringify } = await import("yaml");
  return stringify(seed, { lineWidth: 0 });
}
