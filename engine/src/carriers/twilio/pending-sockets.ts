/** Counts sockets that have not yet shown which call they belong to. */
export interface PendingSockets {
  /** Takes a place for a socket from this address; undefined when none is left. Give the place back exactly once or more. */
  admit(address: string): { release(): void } | undefined;
}

export interface PendingLimits {
  total: number;
  perAddress: number;
}

/** Addresses of this machine share only the total, because behind a proxy or tunnel here every caller has one of them. */
export function createPendingSockets(limits: PendingLimits): PendingSockets {
  const byAddress = new Map<string, number>();
  let total = 0;

  return {
    admit(address) {
      const here = byAddress.get(address) ?? 0;
      if (total >= limits.total || (here >= limits.perAddress && !isLoopback(address)))
        return undefined;
      total++;
      byAddress.set(address, here + 1);
      let held = true;
      return {
        release() {
          if (!held) return;
          held = false;
          total--;
          const left = (byAddress.get(address) ?? 1) - 1;
          if (left === 0) byAddress.delete(address);
          else byAddress.set(address, left);
        },
      };
    },
  };
}

const isLoopback = (address: string): boolean => /^(::ffff:)?127\.|^::1$/.test(address);
