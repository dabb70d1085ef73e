// One media socket from its upgrade to its end. Until `start` has named a call that the domain knows it is joined to
// nothing; afterwards it tells its listener, and `closed` is the last thing told.

import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Line, LineListener } from '../../session/line.ts';
import { createMediaEncoder, type MediaMessage, parseMediaMessage } from './media.ts';
import { createMessageAllowance, MEDIA_LIMITS } from './media-limits.ts';
import type { TwilioNetwork } from './network.ts';

export interface MediaStreamOptions {
  /** The accounts whose signature the upgrade carries. */
  networks: readonly TwilioNetwork[];
  clock: Clock;
  log: Log;
  /** Called once, when the socket has shown its call or is gone. */
  settled(): void;
}

type Start = Extract<MediaMessage, { event: 'start' }>;

/** Speaks Media Streams on an accepted socket until it ends. */
export function serveMediaStream(socket: WebSocket, options: MediaStreamOptions): void {
  const { clock, log } = options;
  const isWithinRate = createMessageAllowance(clock);
  let stream: OpenStream | undefined;
  let badMessages = 0;
  let heardAt = clock.monotonic();

  const refuse = (code: number, why: string): void => {
    log.warn({ why }, 'media socket closed');
    // The peer's answer to a close is not waited for: nothing it sends is read any more.
    socket.off('message', onMessage);
    socket.close(code, why);
    finish('lost');
  };

  const finish = (why: 'hung_up' | 'lost'): void => {
    silence.over();
    options.settled();
    stream?.end(why);
  };

  const countBad = (): void => {
    if (++badMessages >= MEDIA_LIMITS.bad_messages) refuse(CLOSE_POLICY, 'bad_messages');
  };

  const begin = (start: Start): void => {
    const network = options.networks.find(({ accountSid }) => accountSid === start.accountSid);
    if (network === undefined) return refuse(CLOSE_POLICY, 'unknown_account');
    silence.started();
    options.settled();
    const opened = createOpenStream(socket, start, clock, () => refuse(CLOSE_GOING, 'not_taken'));
    stream = opened;
    network.events.openLine(start.token, start.callSid, opened.line).then(
      (listener) =>
        listener === undefined ? refuse(CLOSE_POLICY, 'unknown_stream') : opened.join(listener),
      (error: unknown) => {
        log.error({ err: error }, 'opening a line failed');
        refuse(CLOSE_ERROR, 'error');
      },
    );
  };

  const onMessage = (data: RawData, isBinary: boolean): void => {
    heardAt = clock.monotonic();
    if (isBinary) return refuse(CLOSE_UNSUPPORTED, 'binary');
    if (!isWithinRate()) return refuse(CLOSE_POLICY, 'too_many_messages');
    const message = parseMediaMessage(String(data));
    if (message === undefined || !take(message)) countBad();
  };

  /** False for a message that may not come now. */
  const take = (message: MediaMessage): boolean => {
    if (message.event === 'connected') return true;
    if (message.event !== 'start') return stream?.take(message) ?? false;
    if (stream !== undefined) return false;
    begin(message);
    return true;
  };

  const silence = guardSilence(clock, {
    heardAt: () => heardAt,
    refuse: (why) => refuse(CLOSE_POLICY, why),
  });

  socket.on('message', onMessage);
  socket.on('error', (error) => log.warn({ why: error.message }, 'media socket failed'));
  socket.on('close', () => finish('lost'));
}

/** Real time, whatever the clock's rate, because this guards against peers that hold a socket and say nothing. */
function guardSilence(clock: Clock, on: { heardAt(): number; refuse(why: string): void }) {
  const startTimer = clock.after(MEDIA_LIMITS.start_within_ms * clock.rate, () =>
    on.refuse('no_start'),
  );
  const idleMs = MEDIA_LIMITS.idle_ms * clock.rate;
  const idleTimer = clock.every(idleMs / 4, () => {
    if (clock.monotonic() - on.heardAt() >= idleMs) on.refuse('idle');
  });
  return {
    started: () => startTimer.cancel(),
    over() {
      startTimer.cancel();
      idleTimer.cancel();
    },
  };
}

const CLOSE_GOING = 1001;
const CLOSE_UNSUPPORTED = 1003;
const CLOSE_POLICY = 1008;
const CLOSE_ERROR = 1011;

interface OpenStream {
  readonly line: Line;
  /** Hands a message on; false when it is none that may come now. */
  take(message: MediaMessage): boolean;
  /** Tells the listener everything that waited, and all that follows. */
  join(listener: LineListener): void;
  /** Nothing is told after this. */
  end(why: 'hung_up' | 'lost'): void;
}

function createOpenStream(
  socket: WebSocket,
  start: Start,
  clock: Clock,
  broken: () => void,
): OpenStream {
  const startedAt = clock.monotonic();
  const outstanding = new Map<string, number>();
  const waiting: MediaMessage[] = [];
  let listener: LineListener | undefined;
  let ended: 'hung_up' | 'lost' | 'closed_here' | undefined;

  const tell = (to: LineListener, message: MediaMessage): void => {
    if (message.event === 'media') to.audio(message.frame, message.timestampMs);
    else if (message.event === 'mark') to.marked(message.name);
    else if (message.event === 'dtmf') to.pressed(message.digit);
  };

  const isDue = (message: MediaMessage): boolean => {
    if (message.event === 'media')
      return !isAhead(message.timestampMs, clock.monotonic() - startedAt);
    return message.event !== 'mark' || takeMark(outstanding, message.name);
  };

  const end = (why: 'hung_up' | 'lost'): void => {
    if (ended !== undefined) return;
    ended = why;
    listener?.closed(why);
  };

  return {
    line: createLine(socket, start.streamSid, outstanding, {
      broken,
      // Who closes the line knows it: the listener is told nothing more.
      closing: () => (ended ??= 'closed_here'),
    }),
    take(message) {
      if (ended !== undefined) return true;
      if (!isDue(message)) return false;
      if (message.event === 'stop') end('hung_up');
      else if (listener !== undefined) tell(listener, message);
      else if (waiting.push(message) > MEDIA_LIMITS.waiting_messages) waiting.shift();
      return true;
    },
    join(to) {
      listener = to;
      for (const message of waiting.splice(0)) if (ended !== 'closed_here') tell(to, message);
      if (ended === 'hung_up' || ended === 'lost') to.closed(ended);
    },
    end,
  };
}

const isAhead = (timestampMs: number, elapsedMs: number): boolean =>
  timestampMs > elapsedMs + MEDIA_LIMITS.timestamp_ahead_ms;

/** False for a mark that we did not send, or that came back already. */
function takeMark(outstanding: Map<string, number>, name: string): boolean {
  const sent = outstanding.get(name) ?? 0;
  if (sent <= 1) outstanding.delete(name);
  else outstanding.set(name, sent - 1);
  return sent > 0;
}

function createLine(
  socket: WebSocket,
  streamSid: string,
  outstanding: Map<string, number>,
  on: { broken(): void; closing(): unknown },
): Line {
  const encoder = createMediaEncoder(streamSid);
  const write = (message: string | undefined): void => {
    if (message === undefined || socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MEDIA_LIMITS.unsent_bytes) return on.broken();
    socket.send(message);
  };
  return {
    send: (audio) => write(encoder.media(audio)),
    mark(name) {
      outstanding.set(name, (outstanding.get(name) ?? 0) + 1);
      write(encoder.flush());
      write(encoder.mark(name));
    },
    clear: () => write(encoder.clear()),
    close() {
      on.closing();
      socket.close(1000);
    },
  };
}
