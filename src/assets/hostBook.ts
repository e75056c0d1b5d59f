import type { Address } from "../facts/address.js";
import type { Asset } from "../facts/asset.js";
import { quoteText } from "../scope/quoteText.js";
import type { AssetProblem } from "./problems.js";
import type { AssetRow } from "./readRow.js";
import { MOST_WORDS } from "./textCell.js";

/** A host while its rows are joined. */
interface Draft {
  /** Of its first row. */
  line: number;
  id: string | null;
  readonly realm: string | null;
  addresses: Address[];
  names: readonly string[];
  owner: string | null;
  system: string | null;
  tags: readonly string[];
}

/** What is said of a host beside its addresses. */
type Said = Pick<AssetRow, "line" | "id" | "names" | "owner" | "system" | "tags">;

/**
 * Joins rows to hosts. Rows with the same id are one, and so are rows with the same address unless both have an id: then
 * the first keeps the address, for one address cannot be two hosts of one realm. An address with a `nat_inside` belongs to
 * the host inside. Of owners and systems that differ the first stands.
 */
export class HostBook {
  /** Rows that do not agree, in no order. */
  readonly problems: AssetProblem[] = [];
  readonly #drafts = new Set<Draft>();
  readonly #byId = new RealmMap();
  readonly #byAddress = new RealmMap();
  readonly #outside: AssetRow[] = [];

  enter(row: AssetRow): void {
    const { addresses, natInside, outside } = row;
    // The host inside may come in a later row, and addresses outside come after all of its own.
    if (natInside.length > 0) this.#outside.push({ ...row, addresses: [...addresses, ...outside] });
    else if (addresses.length === 0) this.#enter(row, outside);
    else {
      this.#enter(row, addresses);
      const nothingNew = { names: [], owner: null, system: null, tags: [] };
      if (outside.length > 0) {
        this.#outside.push({ ...row, ...nothingNew, addresses: outside, natInside: addresses });
      }
    }
  }

  /** The hosts in the order of their first rows; nothing is entered after that. */
  assets(): Asset[] {
    for (const row of this.#outside) this.#enterOutside(row);
    return [...this.#drafts]
      .filter(({ addresses }) => addresses.length > 0)
      .map(({ line: _, ...asset }) => asset);
  }

  #enter(row: AssetRow, addresses: readonly Address[]): void {
    const own = row.id === null ? undefined : this.#byId.get(row.realm, row.id);
    const draft = own ?? this.#sharing(row, addresses) ?? this.#begin(row);
    this.#fill(draft, row);
    for (const address of addresses) this.#give(address, draft, row.line);
  }

  /** A host that has one of the addresses and may be the row's. */
  #sharing({ realm, id: named }: AssetRow, addresses: readonly Address[]): Draft | undefined {
    for (const address of addresses) {
      const held = this.#byAddress.get(realm, address);
      if (held !== undefined && (held.id === null || named === null)) return held;
    }
    return undefined;
  }

  /** The host inside takes the row's addresses; where no row names it, it is made, inside addresses first. */
  #enterOutside(row: AssetRow): void {
    const addresses = [...row.natInside, ...row.addresses];
    const inside = row.natInside
      .map((address) => this.#byAddress.get(row.realm, address))
      .find((draft) => draft !== undefined);
    if (inside === undefined) {
      this.#enter(row, addresses);
      return;
    }
    // What the row of a device in between (a firewall) says is about that device.
    if (row.id === null || row.id === inside.id) this.#fill(inside, row);
    for (const address of addresses) this.#give(address, inside, row.line);
  }

  #begin({ line, realm }: AssetRow): Draft {
    const draft = { line, id: null, realm, addresses: [], names: [], owner: null, system: null, tags: [] };
    this.#drafts.add(draft);
    return draft;
  }

  #fill(draft: Draft, said: Said): void {
    if (draft.id === null && said.id !== null) {
      draft.id = said.id;
      this.#byId.set(draft.realm, said.id, draft);
    }
    for (const key of ["owner", "system"] as const) {
      const known = draft[key];
      const other = said[key];
      if (known === null) draft[key] = other;
      else if (other !== null && other !== known) {
        const stands = `${quoteText(known)} of line ${draft.line}, which stands`;
        this.#tell(said.line, `${key} ${quoteText(other)} differs from ${stands}`);
      }
    }
    draft.names = this.#more(draft.names, said.names, said.line, "names");
    draft.tags = this.#more(draft.tags, said.tags, said.line, "tags");
  }

  #more(known: readonly string[], said: readonly string[], line: number, what: string): readonly string[] {
    const fresh = said.filter((word, place) => !known.includes(word) && said.indexOf(word) === place);
    if (fresh.length === 0) return known;
    const all = [...known, ...fresh];
    if (all.length > MOST_WORDS) {
      this.#tell(line, `the host has more than ${MOST_WORDS} ${what}: the rest is left out`);
    }
    return all.slice(0, MOST_WORDS);
  }

  #give(address: Address, draft: Draft, line: number): void {
    const holder = this.#byAddress.get(draft.realm, address);
    if (holder === draft) return;
    if (holder === undefined) {
      this.#byAddress.set(draft.realm, address, draft);
      draft.addresses.push(address);
    } else if (holder.id === null || draft.id === null) {
      this.#merge(holder, draft, line);
    } else {
      const holding = `${quoteText(holder.id)} of line ${holder.line}`;
      this.#tell(line, `${address} belongs to ${holding} already, which keeps it`);
    }
  }

  /** `from` goes up in `into`; one of them has no id. */
  #merge(from: Draft, into: Draft, line: number): void {
    this.#drafts.delete(from);
    for (const address of from.addresses) this.#byAddress.set(into.realm, address, into);
    const [first, second] = from.line <= into.line ? [from, into] : [into, from];
    into.addresses = [...first.addresses, ...second.addresses];
    this.#fill(into, { ...from, line });
    into.line = first.line;
  }

  #tell(line: number, message: string): void {
    this.problems.push({ line, message });
  }
}

/** Hosts by an id or an address, each realm for itself. */
class RealmMap {
  readonly #realms = new Map<string | null, Map<string, Draft>>();

  get(realm: string | null, key: string): Draft | undefined {
    return this.#realms.get(realm)?.get(key);
  }

  set(realm: string | null, key: string, draft: Draft): void {
    const drafts = this.#realms.get(realm) ?? new Map<string, Draft>();
    drafts.set(key, draft);
    this.#realms.set(realm, drafts);
  }
}
