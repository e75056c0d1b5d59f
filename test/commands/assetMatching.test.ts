import { describe, expect, test } from "vitest";
import { matchAssets } from "../../src/commands/assetMatching.js";
import { asset } from "../profile/bound.js";
import { ip } from "../store/observations.js";

const host = (address: string, realm = "default") => ({ address: ip(address), realm });

describe("an asset list beside the hosts that runs found", () => {
  test("tells which assets no run has seen, and which addresses no row names", () => {
    const assets = [asset(["10.0.0.1", "10.1.0.1"], { id: "a" }), asset(["10.0.0.2"], { id: "b" })];
    const matched = matchAssets(assets, [host("10.1.0.1"), host("10.0.0.9"), host("10.0.0.9", "lab")]);
    expect(matched?.unseen.map(({ id }) => id)).toEqual(["b"]);
    expect(matched?.unnamed).toEqual(["10.0.0.9"]);
  });

  test("looks at the realm of an asset that has one", () => {
    const assets = [asset(["10.0.0.1"], { realm: "blue" }), asset(["10.0.0.2"])];
    const matched = matchAssets(assets, [host("10.0.0.1", "red"), host("10.0.0.2", "red")]);
    expect(matched?.unseen).toEqual([assets[0]]);
    expect(matched?.unnamed).toEqual(["10.0.0.1"]);
  });

  test("says nothing before the first run", () => {
    expect(matchAssets([asset(["10.0.0.1"])], [])).toBeNull();
  });
});
