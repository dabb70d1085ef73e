// The door of the media sockets: who may upgrade, and how many may wait.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, WebSocketServer } from 'ws';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { MEDIA_LIMITS } from './media-limits.ts';
import { serveMediaStream } from './media-stream.ts';
import { isMediaPath, type TwilioNetwork } from './network.ts';
import { createPendingSockets, type PendingLimits } from './pending-sockets.ts';
import { isSignedUpgrade, SIGNATURE_HEADER } from './signature.ts';

export interface MediaSockets {
  /** Takes an upgrade to the media path, and answers or refuses it; false for any other path, which is left untouched. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Ends every stream; their sessions are told `lost`. */
  close(): void;
}

export function createMediaSockets(options: {
  networks: readonly TwilioNetwork[];
  clock: Clock;
  log: Log;
  pending?: PendingLimits;
}): MediaSockets {
  const log = options.log.child({ part: 'twilio_media' });
  const pending = createPendingSockets(
    options.pending ?? {
      total: MEDIA_LIMITS.pending_total,
      perAddress: MEDIA_LIMITS.pending_per_address,
    },
  );
  // `closeTimeout` is in ws 8.23 (`lib/websocket-server.js`) and not yet in its types.
  const serverOptions: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    maxPayload: MEDIA_LIMITS.message_bytes,
    perMessageDeflate: false,
    closeTimeout: MEDIA_LIMITS.close_within_ms,
  };
  const server = new WebSocketServer(serverOptions);

  return {
    handleUpgrade(request, socket, head) {
      const { url: path } = request;
      if (!isMediaPath(path)) return false;
      const networks = signersOf(request, path, options.networks);
      if (networks.length === 0) {
        log.warn('media socket refused');
        refuse(socket, '403 Forbidden');
        return true;
      }
      const place = pending.admit(request.socket.remoteAddress ?? 'unknown');
      if (place === undefined) {
        log.warn('too many media sockets wait');
        refuse(socket, '503 Service Unavailable');
        return true;
      }
      socket.once('close', () => place.release());
      server.handleUpgrade(request, socket, head, (accepted) => {
        serveMediaStream(accepted, {
          networks,
          clock: options.clock,
          log,
          settled: () => place.release(),
        });
      });
      return true;
    },
    close() {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

/** The accounts that signed this upgrade: none for a browser, which always sends an origin. */
function signersOf(
  request: IncomingMessage,
  path: string,
  networks: readonly TwilioNetwork[],
): TwilioNetwork[] {
  const signature = request.headers[SIGNATURE_HEADER];
  if (request.headers.origin !== undefined || typeof signature !== 'string') return [];
  return networks.filter((network) => isSignedUpgrade(network, { path, signature }));
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
