// One install at a time per checkout, also when two commands are started together.
// The lock is a folder that appears with its owner's note inside, by one rename, so it is never seen half made.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';

const POLL_MS = 250;
const HEARTBEAT_MS = 5_000;
const STALE_AFTER_MS = 60_000;
const GIVE_UP_AFTER_MS = 20 * 60_000;

/** Runs `work(lock)` while holding the lock at `place`; `lock.names(pid)` adds a process that must be gone before others may take over. */
export async function holdingLock(place, { onWait }, work) {
  const lock = await takeLock(place, onWait);
  process.once('exit', lock.release);
  try {
    return await work(lock);
  } finally {
    lock.release();
    process.off('exit', lock.release);
  }
}

async function takeLock(place, onWait) {
  const deadline = Date.now() + GIVE_UP_AFTER_MS;
  let waited = false;
  for (;;) {
    const lock = tryLock(place);
    if (lock) return lock;
    if (removeIfStale(place)) continue;
    if (Date.now() > deadline)
      throw new Error(`Another install holds ${place}. Remove it if none is running.`);
    if (!waited) onWait();
    waited = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function tryLock(place) {
  const token = randomBytes(6).toString('hex');
  const draft = `${place}.${token}`;
  const owner = { token, host: hostname(), pids: [process.pid] };
  fs.mkdirSync(draft, { recursive: true });
  writeOwner(draft, owner);
  try {
    fs.renameSync(draft, place);
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    if (fs.existsSync(place) || ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code))
      return undefined;
    throw error;
  }
  const heartbeat = setInterval(() => writeOwner(place, owner), HEARTBEAT_MS);
  heartbeat.unref();
  return {
    names(pid) {
      owner.pids.push(pid);
      writeOwner(place, owner);
    },
    release() {
      clearInterval(heartbeat);
      removeOwned(place, token);
    },
  };
}

/** Removes the lock of an owner that is gone or silent; false while it is in use. */
function removeIfStale(place) {
  const owner = readOwner(place);
  if (!owner || !isStale(owner)) return false;
  return removeOwned(place, owner.token);
}

function isStale(owner) {
  if (Date.now() - owner.seenAt > STALE_AFTER_MS) return true;
  return owner.host === hostname() && !owner.pids.some(isAlive);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Moves the lock away before deleting it, so that nobody meets an empty folder, and only if `token` still owns it. */
function removeOwned(place, token) {
  if (readOwner(place)?.token !== token) return false;
  const removed = `${place}.${token}`;
  try {
    fs.renameSync(place, removed);
    fs.rmSync(removed, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}

function readOwner(place) {
  const file = path.join(place, 'owner.json');
  try {
    return { ...JSON.parse(fs.readFileSync(file, 'utf8')), seenAt: fs.statSync(file).mtimeMs };
  } catch {
    return undefined;
  }
}

/** Written whole by a rename, so that a reader never sees half of it. */
function writeOwner(folder, owner) {
  const draft = path.join(folder, `owner.${owner.token}`);
  try {
    fs.writeFileSync(draft, JSON.stringify(owner));
    fs.renameSync(draft, path.join(folder, 'owner.json'));
  } catch {
    // The lock was taken away while this process slept; its heartbeat has nothing left to say.
  }
}
