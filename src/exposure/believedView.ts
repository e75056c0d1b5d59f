/**
 * A run's view without what a middlebox said for its hosts (measuring.md): where something resets for every address of a
 * net, a reset closes nothing, it refuses, and shows nobody alive. Ports that are open for everybody are told by their own
 * `confidence` (`portLook.ts`).
 */
import type { HostView, RunView } from "../facts/view.js";
import { networkContains, parseNetwork } from "../scope/network.js";

export function believedView(view: RunView): RunView {
  const nets = view.run.disbelieved
    .filter(({ flag }) => flag === "middlebox")
    .map(({ place }) => parseNetwork(place));
  if (nets.length === 0) return view;
  const hosts = view.hosts.map((host) =>
    nets.some((net) => networkContains(net, host.address)) ? withoutResets(host) : host,
  );
  return { ...view, hosts };
}

function withoutResets(host: HostView): HostView {
  const isMute =
    host.aliveReason === "reset" && !host.ports.some((row) => row.covered && row.state === "open");
  return {
    ...host,
    presence: host.presence === "alive" && isMute ? "silent" : host.presence,
    ports: host.ports.map((row) => (row.proof === "closed" ? { ...row, proof: "refused" } : row)),
    quiet: host.quiet.map((group) => (group.proof === "closed" ? { ...group, proof: "refused" } : group)),
  };
}
