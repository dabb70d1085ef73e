import { createTransport } from 'nodemailer';
import type { Mailer } from '../events/ports.ts';
import { fail, ok } from '../lib/result.ts';

/**
 * Returns a mailer that speaks to the operator's own server (`smtp://` or `smtps://`, with a name and a password in the
 * URL where it asks for them). They are sent only over TLS, but for a server on this machine.
 */
export function createMailer({ smtpUrl, to }: { smtpUrl: string; to: string }): Mailer {
  const url = new URL(smtpUrl);
  const isNear = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  const transport = createTransport({
    url: smtpUrl,
    requireTLS: url.protocol === 'smtp:' && url.username !== '' && !isNear,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    // The texts are ours, and no part of them is ever read from a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ id, subject, text }) {
      try {
        const from = { name: 'Recado', address: to.split(',')[0]?.trim() ?? to };
        await transport.sendMail({ from, to, subject, text, messageId: `<${id}@recado>` });
        return ok(null);
      } catch (error) {
        // A code such as EAUTH or ECONNECTION; the words may quote what was sent.
        return fail(
          typeof error === 'object' && error && 'code' in error ? String(error.code) : 'unknown',
        );
      }
    },
  };
}

const CONNECT_MS = 10_000;
const SILENCE_MS = 15_000;
