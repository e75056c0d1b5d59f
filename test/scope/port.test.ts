import { describe, expect, it } from "vitest";
import { PortreeveError } from "../../src/facts/error.js";
import { formatPort, parsePort } from "../../src/scope/port.js";

describe("a port", () => {
  it.each(["22/tcp", "53/udp", "65535/tcp", "0/udp", "36412/sctp"])("%s is read and printed", (text) => {
    expect(formatPort(parsePort(text))).toBe(text);
  });

  it.each([
    "",
    "22",
    "tcp",
    "22/",
    "/tcp",
    "65536/tcp",
    "-1/tcp",
    "022/tcp",
    "22/TCP",
    "22/icmp",
    "22/tcp ",
    "2 2/tcp",
    "22/tcp/x",
    "99999999999/tcp",
  ])("%j is refused", (text) => {
    expect(() => parsePort(text)).toThrow(PortreeveError);
    expect(() => parsePort(text)).toThrow("is not a port with its protocol");
  });

  it("without a protocol is refused with the two ways to write it", () => {
    expect(() => parsePort("22")).toThrow(expect.objectContaining({ hint: "write 22/tcp or 22/udp" }));
  });
});
