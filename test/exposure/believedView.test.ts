import { describe, expect, test } from "vitest";
import { believedView } from "../../src/exposure/believedView.js";
import { judge } from "../../src/exposure/judge.js";
import { liveOn } from "../../src/exposure/life.js";
import { bindGroups } from "../profile/bound.js";
import { makeHost, makeRow, makeView, quiet } from "./views.js";

const HOST = "10.0.3.5";
const BOX = { disbelieved: [{ place: "10.0.3.0/24", flag: "middlebox" as const, why: "it resets for all" }] };
const closed = makeHost(HOST, {
  ports: [makeRow(HOST, "81/tcp", { state: "closed", reason: "reset", proof: "closed" })],
});
const profile = bindGroups(`{id: a, match: {address: ${HOST}}, allowed: [80/tcp]}`);

describe("a net where a middlebox resets for everybody", () => {
  test("is the only place where something is left out", () => {
    const view = makeView([closed]);
    expect(believedView(view)).toBe(view);
    const elsewhere = makeView([makeHost("10.0.4.5", { quiet: [quiet("closed", "22/tcp")] })], BOX);
    expect(believedView(elsewhere)).toEqual(elsewhere);
  });

  test("has nobody alive who was heard to reset and nothing else", () => {
    const mute = makeHost(HOST, { aliveReason: "reset", quiet: [quiet("closed", "22/tcp")] });
    const pinged = makeHost("10.0.3.6", { quiet: [quiet("closed", "22/tcp")] });
    const open = makeHost("10.0.3.7", { aliveReason: "reset", ports: [makeRow("10.0.3.7", "22/tcp")] });
    const { hosts } = believedView(makeView([mute, pinged, open], BOX));
    expect(hosts.map(({ presence }) => presence)).toEqual(["silent", "alive", "alive"]);
    expect(hosts[1]?.quiet.map(({ proof }) => proof)).toEqual(["refused"]);
  });

  test("settles no finding as closed", () => {
    const open = makeView([makeHost(HOST, { ports: [makeRow(HOST, "81/tcp")] })]);
    const before = liveOn({ view: open, judgement: judge(open, profile), profile }, [], "test").touched;
    expect(before.map(({ rule }) => rule)).toEqual(["unexpected-open"]);
    const later = (more: object) => {
      const view = makeView([closed], { id: 8, ...more });
      const { judgement } = liveOn({ view, judgement: judge(view, profile), profile }, before, "test");
      return judgement.settled.map(({ status }) => status);
    };
    expect(later({})).toEqual(["closed"]);
    expect(later(BOX)).toEqual(["silenced"]);
  });
});
