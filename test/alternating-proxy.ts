// A load balancer that knows nobody: each connection goes to the next node, whatever came before.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface AlternatingProxy {
  url: string;
  /** Where connections go, one after the other. */
  ports: number[];
  /** How many each port was given. */
  given: Map<number, number>;
  close(): Promise<void>;
}

export async function startAlternatingProxy(): Promise<AlternatingProxy> {
  const ports: number[] = [];
  const given = new Map<number, number>();
  const open = new Set<Socket>();
  let next = 0;
  const server = createServer((client) => {
    const port = ports[next++ % ports.length];
    if (port === undefined) return client.destroy();
    given.set(port, (given.get(port) ?? 0) + 1);
    const node = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [client, node],
      [node, client],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ports,
    given,
    close() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
