// Reads a Dockerfile and does in a plain shell what a container engine would do: each stage is a folder.
import { spawnSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface Instruction {
  name: string;
  /** Everything after the name. */
  rest: string;
}

export interface BuiltImage {
  /** The folder that stands for `/`. */
  root: string;
  env: Record<string, string>;
  workdir: string;
  user: string | undefined;
  volumes: string[];
  stopSignal: string | undefined;
  entrypoint: string[];
  healthcheck: string[];
}

/** Returns the instructions with lines joined and comments dropped. */
export function readDockerfile(text: string): Instruction[] {
  return text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      return { name: name.toUpperCase(), rest: rest.trim() };
    });
}

/** True when .dockerignore lets a file of the context into the build: the last pattern that fits decides. */
export function isInContext(path: string, dockerignore: string): boolean {
  let isIn = true;
  for (const line of dockerignore.split('\n')) {
    const pattern = line.replace(/^!/, '').trim();
    if (pattern === '' || pattern.startsWith('#')) continue;
    if (pattern === '*' || path === pattern || path.startsWith(`${pattern}/`))
      isIn = line.startsWith('!');
  }
  return isIn;
}

/** Builds the last stage under `folder`. Absolute paths of the image are paths under its folder. */
export function build(context: string, folder: string, env: NodeJS.ProcessEnv): BuiltImage {
  const dockerignore = readFileSync(join(context, '.dockerignore'), 'utf8');
  const stages = new Map<string, BuiltImage>();
  let image = newImage(folder);
  for (const { name, rest } of readDockerfile(readFileSync(join(context, 'Dockerfile'), 'utf8'))) {
    if (name === 'FROM') {
      const stage = / AS (\w+)$/i.exec(rest)?.[1] ?? `stage${stages.size}`;
      image = newImage(join(folder, stage));
      stages.set(stage, image);
    } else if (name === 'COPY') copy(rest, { image, stages, context, dockerignore });
    else if (name === 'RUN') run(rest, image, env);
    else note(name, rest, image);
  }
  return image;
}

function newImage(root: string): BuiltImage {
  mkdirSync(root, { recursive: true });
  return {
    ...{ root, env: {}, workdir: '/', user: undefined, volumes: [] },
    ...{ stopSignal: undefined, entrypoint: [], healthcheck: [] },
  };
}

/** The place of a path of the image on this machine. */
export const placeIn = (image: BuiltImage, path: string): string =>
  path.startsWith('/') ? join(image.root, path) : join(image.root, image.workdir, path);

function copy(
  rest: string,
  at: {
    image: BuiltImage;
    stages: Map<string, BuiltImage>;
    context: string;
    dockerignore: string;
  },
): void {
  const { from, owner, paths, target } = readCopy(rest);
  const stage = from === undefined ? undefined : at.stages.get(from);
  if (from !== undefined && !stage) throw new Error(`there is no stage ${from}`);
  for (const path of paths) {
    const source = stage ? placeIn(stage, path) : inContext(path, at);
    copyOne(source, placeIn(at.image, target), target.endsWith('/') || paths.length > 1);
  }
  // Only root may give a folder away.
  const [uid, gid] = (owner ?? '').split(':').map(Number);
  if (uid && gid && process.getuid?.() === 0) chownSync(placeIn(at.image, target), uid, gid);
}

function inContext(path: string, at: { context: string; dockerignore: string }): string {
  if (!isInContext(path, at.dockerignore)) throw new Error(`.dockerignore keeps ${path} out`);
  return join(at.context, path);
}

function readCopy(rest: string) {
  const words = rest.split(/\s+/);
  const paths = words.filter((word) => !word.startsWith('--'));
  const target = paths.pop() ?? '';
  const flag = (name: string) =>
    words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
  return { from: flag('from'), owner: flag('chown'), paths, target };
}

/** As Docker does it: what is in a folder goes into the target, a file goes to it, or into it when it is a folder. */
function copyOne(source: string, target: string, isFolder: boolean): void {
  const isFile = statSync(source).isFile();
  const place = isFile && isFolder ? join(target, basename(source)) : target;
  mkdirSync(isFile ? dirname(place) : place, { recursive: true });
  cpSync(source, place, { recursive: true, verbatimSymlinks: true });
}

const RUN_TIMEOUT_MS = 150_000;

function run(command: string, image: BuiltImage, env: NodeJS.ProcessEnv): void {
  const inside = command.replaceAll(/(?<=\s)\/(?=\w)/g, `${image.root}/`);
  const workdir = placeIn(image, '.');
  mkdirSync(workdir, { recursive: true });
  const done = spawnSync('sh', ['-euc', inside], {
    cwd: workdir,
    env,
    encoding: 'utf8',
    timeout: RUN_TIMEOUT_MS,
  });
  if (done.status !== 0) throw new Error(`RUN ${command}\n${done.stdout}${done.stderr}`);
}

function note(name: string, rest: string, image: BuiltImage): void {
  if (name === 'WORKDIR') image.workdir = rest;
  else if (name === 'USER') image.user = rest;
  else if (name === 'VOLUME') image.volumes.push(rest);
  else if (name === 'STOPSIGNAL') image.stopSignal = rest;
  else if (name === 'ENTRYPOINT') image.entrypoint = JSON.parse(rest) as string[];
  else if (name === 'HEALTHCHECK')
    image.healthcheck = JSON.parse(rest.replace(/^.*?CMD /, '')) as string[];
  else if (name === 'ENV')
    for (const pair of rest.split(/\s+/)) {
      const [key = '', value = ''] = pair.split('=');
      image.env[key] = value;
    }
  else if (name !== 'EXPOSE') throw new Error(`${name} is not known here`);
}
