/**
 * The lab itself: its truth is what nmap sees, and nothing of it is left behind. Real namespaces, real packets, none of
 * which can leave them. Without root and without user namespaces the group is skipped, and its name says why.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseStringPromise } from "xml2js";

const LAB = join(import.meta.dirname, "../../scripts/lab");
const isRoot = process.getuid?.() === 0;

interface Truth {
  network: string;
  hosts: {
    address: string;
    ipv6: string | null;
    kind: string;
    answersPing: boolean;
    stealth: boolean;
    tcp: { open: number[]; closed: "reset" | "drop" | "reject-icmp" | "reject-reset"; holes: number[] };
    udp: { open: number[]; closed: string };
    services: Record<string, string>;
    identifiedAs: Record<string, string | null>;
  }[];
  absentExamples: string[];
}

/** Runs the lab to its end. */
function lab(options: string[], command: string[], prefix: string[] = []) {
  const [program = LAB, ...args] = [
    ...prefix,
    LAB,
    ...options,
    ...(command.length > 0 ? ["--", ...command] : []),
  ];
  const ended = spawnSync(program, args, { encoding: "utf8", timeout: 120_000, maxBuffer: 1 << 26 });
  return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr };
}

/** Runs a shell script in the lab; what it prints comes after the truth. */
function observe(options: string[], script: string): { truth: Truth; stdout: string } {
  const told = lab(options, ["sh", "-c", `cat "$PORTREEVE_LAB_TRUTH"; printf '\\f'; ${script}`]);
  expect(told.stderr).toBe("");
  expect(told.code).toBe(0);
  const [truth = "", stdout = ""] = told.stdout.split("\f");
  return { truth: JSON.parse(truth), stdout };
}

/** The truth alone. */
function truthOf(...options: string[]): Truth {
  return observe(options, ":").truth;
}

/** A host of nmap's XML, as xml2js gives it. */
interface ListedHost {
  status: [{ $: { reason: string } }];
  address: [{ $: { addr: string } }];
}

interface Seen {
  state: string;
  reason: string;
  service: string | undefined;
}

/** nmap's XML as "address port/protocol" to what was seen; ports summed up in extraports too. */
async function readScan(xml: string): Promise<Map<string, Seen>> {
  const seen = new Map<string, Seen>();
  const { nmaprun } = await parseStringPromise(xml);
  for (const host of nmaprun.host ?? []) {
    const address = host.address[0].$.addr;
    const ports = host.ports?.[0] ?? {};
    for (const port of ports.port ?? []) {
      const { state, reason } = port.state[0].$;
      const service = port.service?.[0].$;
      seen.set(`${address} ${port.$.portid}/${port.$.protocol}`, {
        state,
        reason,
        service: service?.method === "probed" ? service.name : undefined,
      });
    }
    for (const group of ports.extraports ?? []) {
      for (const { $ } of group.extrareasons ?? []) {
        for (const port of expand($.ports)) {
          seen.set(`${address} ${port}/${$.proto}`, {
            state: group.$.state,
            reason: $.reason,
            service: undefined,
          });
        }
      }
    }
  }
  return seen;
}

function expand(ports: string): number[] {
  return ports.split(",").flatMap((part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

const every = (truth: Truth, list: (host: Truth["hosts"][number]) => number[]) =>
  [...new Set(truth.hosts.flatMap(list))].sort((a, b) => a - b);

/** Why no lab can be built here, or null. */
function whyNot(): string | null {
  const tried = lab(["--hosts", "1"], ["true"]);
  if (tried.code === 0) return spawnSync("nmap", ["--version"]).status === 0 ? null : "nmap is not installed";
  return tried.stderr.trim().split("\n")[0] ?? "scripts/lab fails";
}
const reason = whyNot();

describe.skipIf(reason !== null)(`the lab${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  describe("its truth", () => {
    it("is what nmap sees: open, holes and policy over TCP, open over UDP, absent addresses silent", async () => {
      const options = ["--hosts", "6", "--seed", "5", "--udp", "3", "--icmp-limit", "1000"];
      const planned = truthOf(...options);
      const tcp = every(planned, (host) => [...host.tcp.open, ...host.tcp.holes]);
      const udp = every(planned, (host) => host.udp.open);
      const targets = [...planned.hosts.map((host) => host.address), ...planned.absentExamples].join(" ");
      const { truth, stdout } = observe(
        options,
        `nmap -n -Pn -sS -T4 --max-retries 2 -p ${tcp.join()} -oX - ${targets}; printf '\\v'
         nmap -n -Pn -sU -T4 --max-retries 2 -p ${udp.join()} -oX - ${targets}`,
      );
      expect(truth).toEqual(planned);
      const [tcpXml = "", udpXml = ""] = stdout.split("\v");
      const seenTcp = await readScan(tcpXml);
      const seenUdp = await readScan(udpXml);
      const policy = {
        reset: "closed",
        drop: "filtered",
        "reject-icmp": "filtered",
        "reject-reset": "closed",
      };
      for (const host of truth.hosts) {
        for (const port of tcp) {
          const state = host.tcp.open.includes(port)
            ? "open"
            : host.tcp.holes.includes(port)
              ? "closed"
              : policy[host.tcp.closed];
          const seen = seenTcp.get(`${host.address} ${port}/tcp`);
          expect(`${host.address} ${host.kind} ${port} ${seen?.state}`).toBe(
            `${host.address} ${host.kind} ${port} ${state}`,
          );
          if (host.tcp.holes.includes(port)) expect(seen?.reason).toBe("reset");
        }
        for (const port of udp) {
          const isOpen = seenUdp.get(`${host.address} ${port}/udp`)?.state === "open";
          expect(`${host.address} ${port}/udp ${isOpen}`).toBe(
            `${host.address} ${port}/udp ${host.udp.open.includes(port)}`,
          );
        }
      }
      expect(truth.absentExamples).toHaveLength(8);
      for (const address of truth.absentExamples) {
        for (const port of tcp) expect(seenTcp.get(`${address} ${port}/tcp`)?.reason).toBe("no-response");
        for (const port of udp) expect(seenUdp.get(`${address} ${port}/udp`)?.reason).toBe("no-response");
      }
    }, 120_000);

    it("names every UDP speaker's port as open", async () => {
      const options = ["--hosts", "1", "--drop", "1", "--udp", "20"];
      const [host] = truthOf(...options).hosts;
      const { stdout } = observe(
        options,
        `nmap -n -Pn -sU -T4 --max-retries 2 -p ${host?.udp.open.join()} -oX - ${host?.address}`,
      );
      const open = [...(await readScan(stdout))]
        .filter(([, seen]) => seen.state === "open")
        .map(([port]) => port);
      expect(host?.udp.open).toHaveLength(20);
      expect(open.sort()).toEqual(host?.udp.open.map((port) => `${host.address} ${port}/udp`).sort());
    }, 120_000);

    it("says how nmap -sV names what speaks there", async () => {
      const options = [
        "--hosts",
        "1",
        "--drop",
        "0",
        "--services",
        "28",
        "--rare",
        "6",
        "--hostile",
        "--udp",
        "0",
      ];
      const [host] = truthOf(...options).hosts;
      const { stdout } = observe(
        options,
        `nmap -n -Pn -sS -sV -T4 -p ${host?.tcp.open.join()} -oX - ${host?.address}`,
      );
      const seen = await readScan(stdout);
      expect(host?.tcp.open).toHaveLength(37);
      const named = host?.tcp.open.map((port) => [
        `${port}/tcp`,
        seen.get(`${host.address} ${port}/tcp`)?.service,
      ]);
      expect(Object.fromEntries(named ?? [])).toEqual(host?.identifiedAs);
      expect(stdout).toContain("42 percent full");
      expect(stdout).toContain("&lt;script&gt;");
    }, 120_000);

    it("is the same for the same seed and another for another", () => {
      const first = truthOf("--hosts", "5", "--seed", "11");
      expect(truthOf("--hosts", "5", "--seed", "11")).toEqual(first);
      expect(truthOf("--hosts", "5", "--seed", "12").hosts).not.toEqual(first.hosts);
    });

    it("can be kept in a file", () => {
      const folder = mkdtempSync(join(tmpdir(), "lab-test-"));
      const file = join(folder, "truth.json");
      expect(lab(["--truth", file], ["sh", "-c", `cmp ${file} "$PORTREEVE_LAB_TRUTH"`]).code).toBe(0);
      expect(JSON.parse(readFileSync(file, "utf8")).schemaVersion).toBe(1);
      rmSync(folder, { recursive: true });
    });

    it.skipIf(!existsSync("/usr/share/nmap/nmap-services"))(
      "has services and holes among the 1000 top ports",
      () => {
        const top = readFileSync("/usr/share/nmap/nmap-services", "utf8")
          .split("\n")
          .map((line) => /^\S+\t(\d+)\/tcp\t([\d.]+)/.exec(line))
          .filter((match) => match !== null)
          .sort((a, b) => Number(b[2]) - Number(a[2]))
          .map((match) => Number(match[1]));
        const truth = truthOf(
          "--hosts",
          "20",
          "--holes",
          "40",
          "--drop",
          "0.6",
          "--hostile",
          "--silent",
          "4",
        );
        const thousand = new Set(top.slice(0, 1000));
        expect(
          every(truth, (host) => [...host.tcp.open, ...host.tcp.holes]).filter((port) => !thousand.has(port)),
        ).toEqual([]);
        const twenty = new Set(top.slice(0, 20));
        for (const host of truth.hosts.filter((one) => !one.answersPing)) {
          expect(host.tcp.open.some((port) => twenty.has(port))).toBe(true);
        }
        expect(new Set(truth.hosts.map((host) => host.tcp.closed)).size).toBe(4);
      },
    );
  });

  describe("its network", () => {
    it("has no route out of the scanner's namespace", () => {
      const { stdout } = observe(
        ["--hosts", "1", "--ipv6"],
        "ip route; ip -6 route; ip route get 1.1.1.1 2>&1 || true",
      );
      expect(stdout).not.toContain("default");
      expect(stdout).toContain("Network is unreachable");
    });

    it("lets a stealth host answer on its odd port only", async () => {
      const options = ["--hosts", "2", "--drop", "1", "--stealth", "1"];
      const { hosts } = truthOf(...options);
      const { truth, stdout } = observe(
        options,
        `nmap -n -sn -PE -PP -PS80,23,443,21,22,25,3389,110,445,139,143,53,135,3306,8080,1723,111,995,993,5900 -PA80,443 -oG - ${hosts.map((host) => host.address).join(" ")}`,
      );
      const up = truth.hosts.filter((host) => stdout.includes(`${host.address} ()\tStatus: Up`));
      expect(up.map((host) => host.stealth)).toEqual([false]);
      expect(truth.hosts.find((host) => host.stealth)?.tcp.open).toHaveLength(1);
    });

    it("lets a router that is asked to tell of absent addresses", async () => {
      const options = ["--hosts", "1", "--router", "unreachable"];
      const [absent = ""] = truthOf(...options).absentExamples;
      const { stdout } = observe(options, `nmap -n -Pn -sS -p 80 -oX - ${absent}`);
      expect((await readScan(stdout)).get(`${absent} 80/tcp`)?.reason).toBe("host-unreach");
    });

    it("puts the scanner on the link when asked: absent addresses answer no ARP", async () => {
      const { truth, stdout } = observe(
        ["--hosts", "3", "--on-link"],
        "nmap -n -sn -oX - $PORTREEVE_LAB_NET",
      );
      const { nmaprun } = await parseStringPromise(stdout);
      const answered = nmaprun.host
        .filter((host: ListedHost) => host.status[0].$.reason === "arp-response")
        .map((host: ListedHost) => host.address[0].$.addr);
      expect(answered).toEqual(truth.hosts.map((host) => host.address));
    });

    it("has IPv6 with the same ports", async () => {
      const options = ["--hosts", "4", "--ipv6", "--seed", "4", "--icmp-limit", "1000"];
      const planned = truthOf(...options);
      const ports = every(planned, (host) => [...host.tcp.open, ...host.tcp.holes]);
      const { truth, stdout } = observe(
        options,
        `nmap -6 -n -Pn -sS -T4 --max-retries 2 -p ${ports.join()} -oX - ${planned.hosts.map((host) => host.ipv6).join(" ")}`,
      );
      const seen = await readScan(stdout);
      for (const host of truth.hosts) {
        const open = ports.filter((port) => seen.get(`${host.ipv6} ${port}/tcp`)?.state === "open");
        expect(open).toEqual(host.tcp.open);
        for (const port of host.tcp.holes) expect(seen.get(`${host.ipv6} ${port}/tcp`)?.state).toBe("closed");
      }
    }, 60_000);

    /** How many of 10,000 ports of a host that resets closed ports answered, at 5000 packets a second. */
    const countAnswers = async (options: string[]) => {
      const all = ["--hosts", "1", "--drop", "0", ...options];
      const [host] = truthOf(...all).hosts;
      const { stdout } = observe(
        all,
        `nmap -n -Pn -sS --min-rate 5000 --max-rate 5000 --max-retries 0 -p 1-10000 -oX - ${host?.address}`,
      );
      const { nmaprun } = await parseStringPromise(stdout);
      const elapsed = Number(nmaprun.runstats[0].finished[0].$.elapsed);
      const resets = [...(await readScan(stdout)).values()].filter((seen) => seen.reason === "reset").length;
      return { resets, elapsed };
    };

    it("answers every port without limit and loss", async () => {
      const { resets } = await countAnswers(["--services", "5"]);
      expect(resets).toBeGreaterThan(9900);
    });

    it("holds a limit of 50 resets a second against 5000 packets a second", async () => {
      const { resets, elapsed } = await countAnswers(["--services", "5", "--rst-limit", "50"]);
      expect(resets).toBeGreaterThan(50);
      expect(resets).toBeLessThanOrEqual(50 * (elapsed + 1) + 5);
    });

    it.each([
      ["behind a router", []],
      ["on the link", ["--on-link"]],
    ] as const)("loses five in a hundred each way %s", async (_, where) => {
      const { resets } = await countAnswers(["--services", "5", "--loss", "5", ...where]);
      // Five standard deviations (30 of 10,000) around 9.75 %.
      expect(10_000 - resets).toBeGreaterThan(825);
      expect(10_000 - resets).toBeLessThan(1130);
    });

    it("lets COMMAND take a host away while it runs", () => {
      const options = ["--hosts", "1", "--drop", "0"];
      const [host] = truthOf(...options).hosts;
      const { stdout } = observe(
        options,
        `ping -c1 -W1 ${host?.address} >/dev/null && echo before
         pid=$(sed 's/[^:]*://;s/}.*//' "$PORTREEVE_LAB_PIDS"); nsenter --net=/proc/$pid/ns/net ip link set eth0 down
         ping -c1 -W1 ${host?.address} >/dev/null || echo after`,
      );
      expect(stdout).toBe("before\nafter\n");
    });
  });

  describe("COMMAND", () => {
    it.each([
      ["its exit code is the lab's", ["sh", "-c", "exit 7"], 7],
      ["ended by a signal gives 128 + n", ["sh", "-c", "kill -9 $$"], 137],
      ["that does not exist gives 127", ["/nowhere/to/be/found"], 127],
    ])("%s", (_, command, code) => {
      expect(lab(["--hosts", "1"], command).code).toBe(code);
    });

    it("keeps working directory, HOME, PATH and standard input", () => {
      const ended = spawnSync(
        LAB,
        ["--hosts", "1", "--", "sh", "-c", 'pwd; echo "$HOME"; echo "$PATH"; cat'],
        {
          encoding: "utf8",
          cwd: "/usr",
          input: "from stdin",
        },
      );
      expect(ended.stdout).toBe(`/usr\n${process.env.HOME}\n${process.env.PATH}\nfrom stdin`);
    });

    it("leaves no zombie of an orphan behind", () => {
      const { stdout } = observe(
        ["--hosts", "1"],
        "sh -c '(sleep 0.2 &)'; sleep 0.6; ps -eo stat= | grep -c Z || true",
      );
      expect(stdout.trim()).toBe("0");
    });

    const capability =
      "grep CapEff /proc/self/status; id -u; nmap --privileged -n -Pn -sS -p 80 198.18.20.1 | grep 80/tcp";
    it.skipIf(!isRoot)("runs as another user with CAP_NET_RAW, or without", () => {
      expect(lab(["--uid", "1000"], ["sh", "-c", capability]).stdout).toMatch(
        /^CapEff:\t0000000000002000\n1000\n80\/tcp filtered http/,
      );
      const without = lab(
        ["--uid", "1000", "--no-caps"],
        ["sh", "-c", "grep CapEff /proc/self/status; id -u"],
      );
      expect(without.stdout).toBe("CapEff:\t0000000000000000\n1000\n");
    });

    const asUser = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"];
    const userRefusal = isRoot ? lab(["--hosts", "1"], ["true"], asUser) : { code: 69, stderr: "not root" };
    it.skipIf(userRefusal.code === 69)(
      `works for an ordinary user through a user namespace${userRefusal.code === 69 ? ` (skipped: ${userRefusal.stderr.trim()})` : ""}`,
      () => {
        const mapped = lab(["--hosts", "2"], ["sh", "-c", "id -u; ip route get 198.18.20.9"], asUser);
        expect(mapped.stdout).toMatch(/^0\n198\.18\.20\.9 via 198\.19\.255\.1/);
        expect(lab(["--hosts", "2", "--keep-uid"], ["sh", "-c", capability], asUser).stdout).toMatch(
          /^CapEff:\t0000000000002000\n1000\n80\/tcp filtered http/,
        );
        const refused = lab(["--uid", "1001"], ["true"], asUser);
        expect(refused.code).toBe(69);
        expect(refused.stderr).toContain("needs root");
      },
    );
  });

  describe("cleaning up", () => {
    const children: ChildProcess[] = [];
    afterAll(() => {
      for (const child of children) child.kill("SIGKILL");
    });

    /** Starts a lab whose COMMAND sleeps, with a daemon beside it, and tells where it lives. */
    async function settle(command = "setsid sleep 500 & exec sleep 500") {
      const script = `readlink /proc/self/ns/pid /proc/self/ns/net; echo "$PORTREEVE_LAB_TRUTH"; ${command}`;
      const child = spawn(LAB, ["--hosts", "3", "--", "sh", "-c", script], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      children.push(child);
      let said = "";
      for await (const chunk of child.stdout) {
        said += chunk;
        if (said.split("\n").length > 3) break;
      }
      const [pidSpace = "", , truth = ""] = said.split("\n");
      const ended = new Promise<number | string | null>((resolve) =>
        child.on("exit", (code, signal) => resolve(code ?? signal)),
      );
      return { child, pidSpace, folder: dirname(truth), ended };
    }

    /** Living processes in a PID namespace: the lab's own, the hosts' and COMMAND's. */
    function inside(pidSpace: string): string[] {
      return readdirSync("/proc").filter((pid) => {
        try {
          return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/ns/pid`) === pidSpace;
        } catch {
          return false;
        }
      });
    }

    function childrenOf(pid: number): number[] {
      return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
    }

    /** The only child, some generations down: unshare, process 1, the builder. */
    function descendant(pid: number, generations: number): number {
      return generations === 0 ? pid : descendant(childrenOf(pid)[0] ?? 0, generations - 1);
    }

    async function expectGone(pidSpace: string, folder: string) {
      const deadline = Date.now() + 5000;
      // Process 1's zombie keeps no namespace (its links cannot be read) but a dying process may for a moment.
      while (inside(pidSpace).some(isAlive) && Date.now() < deadline)
        await new Promise((done) => setTimeout(done, 20));
      expect(inside(pidSpace).filter(isAlive)).toEqual([]);
      expect(existsSync(folder)).toBe(false);
    }

    function isAlive(pid: string): boolean {
      try {
        return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));
      } catch {
        return false;
      }
    }

    it.each([
      ["SIGTERM", 143],
      ["SIGINT", 130],
      ["SIGHUP", 129],
      ["SIGKILL", "SIGKILL"],
    ] as const)("leaves nothing after %s", async (signal, code) => {
      const { child, pidSpace, folder, ended } = await settle();
      // Process 1, builder, hosts, router, scanner at least; COMMAND may still be starting.
      expect(inside(pidSpace).length).toBeGreaterThan(5);
      child.kill(signal);
      expect(await ended).toBe(code);
      await expectGone(pidSpace, folder);
    });

    it.each([
      ["unshare", 1],
      ["process 1", 2],
      ["the builder", 3],
    ] as const)("leaves nothing when %s is killed", async (_, generations) => {
      const { child, pidSpace, folder, ended } = await settle();
      process.kill(descendant(child.pid ?? 0, generations), "SIGKILL");
      expect(await ended).toBe(69);
      await expectGone(pidSpace, folder);
    });

    it("ends background processes of a COMMAND that has ended", async () => {
      const { pidSpace, folder, ended } = await settle("setsid sleep 500 & exit 5");
      expect(await ended).toBe(5);
      await expectGone(pidSpace, folder);
    });

    it("lets COMMAND finish what it does on a signal, and kills it at the third", async () => {
      const graceful = await settle('trap "sleep 0.3; exit 9" TERM; while :; do sleep 0.1; done');
      graceful.child.kill("SIGTERM");
      expect(await graceful.ended).toBe(9);
      const stubborn = await settle('trap "" TERM; while :; do sleep 0.1; done');
      for (const _ of [1, 2, 3]) {
        stubborn.child.kill("SIGTERM");
        await new Promise((done) => setTimeout(done, 100));
      }
      expect(await stubborn.ended).toBe(143);
      await expectGone(stubborn.pidSpace, stubborn.folder);
    });
  });
});

describe("scripts/lab's command line", () => {
  it.each([
    [["--hosts", "0"], "--hosts 0: expected a whole number from 1 to 200"],
    [["--hosts", "two"], "--hosts two: expected"],
    [["--drop", "1.5"], "--drop 1.5: expected a number from 0 to 1"],
    [["--router", "loud"], "--router loud: expected silent or unreachable"],
    [
      ["--hosts", "2", "--drop", "1", "--reject", "1"],
      "2 default-drop and 1 default-reject hosts are more than --hosts 2",
    ],
    [["--hosts", "2", "--stealth", "2"], "--stealth 2 is more than the 1 default-drop hosts"],
    [["--no-caps"], "--no-caps needs --uid or --keep-uid"],
    [["--uid", "1", "--keep-uid"], "--uid and --keep-uid exclude each other"],
    [["--bogus"], "Unknown option '--bogus'"],
    [["--truth", "/nowhere/truth.json"], "--truth /nowhere/truth.json cannot be written"],
  ])("refuses %j", (options, message) => {
    const refused = lab(options, ["true"]);
    expect(refused.stderr).toContain(`lab: ${message}`);
    expect(refused.code).toBe(64);
  });

  it("asks for a COMMAND", () => {
    expect(lab(["--hosts", "2"], []).code).toBe(64);
  });

  it("says what is missing and the line that installs it", () => {
    const ended = spawnSync(process.execPath, [LAB, "--", "true"], {
      encoding: "utf8",
      env: { PATH: "/nowhere" },
    });
    // /usr/sbin is looked into whatever PATH says; util-linux's programs are elsewhere.
    expect(ended.status).toBe(69);
    expect(ended.stderr).toMatch(/the lab needs .*unshare.* not installed\n +run: .*install -y .*util-linux/);
  });

  it("opens its help with examples", () => {
    const told = lab(["--help"], []);
    expect(told.code).toBe(0);
    expect(told.stdout).toMatch(/^Examples:\n {2}scripts\/lab -- nmap/);
    expect(told.stdout).toContain("scripts/lab -- bash");
  });
});
