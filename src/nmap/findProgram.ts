import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";

/** cron's PATH is `/usr/bin:/bin`; these are looked at whatever it says. */
const USUAL_FOLDERS = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"];

/**
 * The absolute path of a program: PATH first, then the usual folders; null if it is nowhere. Relative PATH
 * entries are skipped: what lies in the working directory is not to be run by accident.
 */
export async function findProgram(
  name: string,
  path: string = process.env.PATH ?? "",
): Promise<string | null> {
  for (const folder of [...path.split(":").filter((entry) => isAbsolute(entry)), ...USUAL_FOLDERS]) {
    const file = join(folder, name);
    if (await isExecutableFile(file)) return file;
  }
  return null;
}

/** True for a file (not a folder) that this user may execute. */
export async function isExecutableFile(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
