/** Packets that leave an interface: raw ones pass no hook of nft's output chain, but its counter sees all. */
import { readFileSync } from "node:fs";

const STEP = 250;
const WINDOW = 2000;

/** @returns with `stop`, which gives the most packets sent within two seconds */
export function watchWire(name) {
  // Of this namespace, which /sys may not be.
  const sent = () => {
    const line = readFileSync("/proc/self/net/dev", "utf8")
      .split("\n")
      .find((each) => each.trim().startsWith(`${name}:`));
    return Number(line?.split(":")[1]?.trim().split(/\s+/)[9]);
  };
  const read = () => [Date.now(), sent()];
  const seen = [read()];
  let most = 0;
  const timer = setInterval(() => {
    const now = read();
    seen.push(now);
    while (seen.length > 2 && (seen[1]?.[0] ?? 0) <= now[0] - WINDOW) seen.shift();
    const [since] = seen;
    const span = Math.max(WINDOW, now[0] - since[0]);
    most = Math.max(most, ((now[1] - since[1]) * WINDOW) / span);
  }, STEP);
  return {
    stop() {
      clearInterval(timer);
      return Math.round(most);
    },
  };
}
