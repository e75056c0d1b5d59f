/** A process that upgrades a database and hangs in the middle of it, until it is killed: `node … DATABASE`. */
import { MIGRATIONS } from "../../src/store/migrations/all.js";
import { openStore } from "../../src/store/openStore.js";

const [path = ""] = process.argv.slice(2);
const hanging = {
  number: MIGRATIONS.length + 1,
  title: "hanging",
  sql: "CREATE TABLE added (id INTEGER PRIMARY KEY) STRICT; UPDATE run SET why = 'changed'",
  step: () => {
    process.stdout.write("half way\n");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  },
};
openStore(path, { mode: "write", migrations: [...MIGRATIONS, hanging] });
