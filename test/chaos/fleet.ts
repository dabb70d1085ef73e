// The engines of a chaos run: processes that are struck and come back on the same address.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type EngineProcess, freePort, startEngineProcess } from '../engine-process.ts';
import { pause } from '../world.ts';
import type { Blow } from './plan.ts';

export interface Fleet {
  readonly urls: readonly string[];
  /** The node that listens there; undefined when none does. */
  nodeAt(url: string): number | undefined;
  /**
   * Stops a node in the middle of what it does, looks whether it is where it should be struck, and strikes. Resolves
   * with false, and leaves the node alone, when it is not there or another strike is on. Resolves before a killed node
   * is back.
   */
  strike(node: number, blow: Blow, isThere: () => Promise<boolean>): Promise<boolean>;
  readonly kills: number;
  readonly pauses: number;
  readonly firstKey: string;
  /** Resolves when no node is stopped or starting; fails when one did not come back. */
  calm(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the engines one after the other. `envOf` gives each its settings beside its port and folder. */
export async function startFleet(
  count: number,
  folder: string,
  envOf: (node: number) => Record<string, string>,
): Promise<Fleet> {
  const envs: Record<string, string>[] = [];
  const nodes: EngineProcess[] = [];
  let firstKey = '';
  for (let node = 0; node < count; node++) {
    const dataDir = join(folder, `node-${node}`);
    mkdirSync(dataDir, { recursive: true });
    const env = { ...envOf(node), DATA_DIR: dataDir, PORT: String(await freePort()) };
    const started = await startEngineProcess(env);
    envs.push(env);
    nodes.push(started);
    firstKey ||= started.firstKey ?? '';
  }
  const urls = nodes.map(({ url }) => url);
  let striking: Promise<void> | undefined;
  let failure: unknown;
  let kills = 0;
  let pauses = 0;

  async function comeBack(node: number, dead: EngineProcess): Promise<void> {
    await dead.kill();
    nodes[node] = await startEngineProcess(envs[node] ?? {});
  }

  return {
    urls,
    firstKey,
    get kills() {
      return kills;
    },
    get pauses() {
      return pauses;
    },
    nodeAt(url) {
      const at = URL.canParse(url) ? urls.indexOf(new URL(url).origin) : -1;
      return at === -1 ? undefined : at;
    },
    async strike(node, blow, isThere) {
      const struck = nodes[node];
      if (striking || !struck) return false;
      const over = Promise.withResolvers<void>();
      striking = over.promise;
      const done = (): void => {
        striking = undefined;
        over.resolve();
      };
      struck.pause();
      const hit = await isThere().catch(() => false);
      if (!hit) {
        struck.resume();
        done();
        return false;
      }
      if (blow.kind === 'pause') {
        pauses++;
        await pause(blow.real_ms);
        struck.resume();
        done();
        return true;
      }
      kills++;
      void comeBack(node, struck)
        .catch((error: unknown) => {
          failure = error;
        })
        .finally(done);
      await struck.kill();
      return true;
    },
    async calm() {
      while (striking) await striking;
      if (failure) throw failure;
    },
    async stop() {
      while (striking) await striking;
      await Promise.all(nodes.map((node) => node.kill()));
    },
  };
}
