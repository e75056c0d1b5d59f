/** How many packets a second may go to one address or network, over all processes of a run. */
export interface Cap {
  /** In CIDR; `10.0.3.7/32` for one address. */
  readonly network: string;
  readonly rate: number;
}
