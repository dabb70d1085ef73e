// One handler per operation of the contract.
import { agentHandlers } from './agent-handlers.ts';
import { auditHandlers } from './audit-handlers.ts';
import { batchHandlers } from './batch-handlers.ts';
import { callHandlers } from './call-handlers.ts';
import { deliveryHandlers } from './delivery-handlers.ts';
import { numberHandlers } from './number-handlers.ts';
import { ownPhoneHandlers } from './own-phone-handlers.ts';
import type { HandlerPorts } from './ports.ts';
import { privacyHandlers } from './privacy-handlers.ts';
import type { Handlers } from './routes.ts';
import { suppressionHandlers } from './suppression-handlers.ts';
import { waitHandlers } from './wait-handlers.ts';
import { webhookHandlers } from './webhook-handlers.ts';

export function createHandlers(ports: HandlerPorts): Handlers {
  const { settings } = ports;
  return {
    ...callHandlers(ports),
    ...numberHandlers(ports),
    ...ownPhoneHandlers(ports),
    ...agentHandlers(ports),
    ...batchHandlers(ports),
    ...waitHandlers(ports),
    ...webhookHandlers(ports),
    ...suppressionHandlers(ports),
    ...privacyHandlers(ports),
    ...auditHandlers(ports),
    ...deliveryHandlers(ports),
    async getAccount({ caller }) {
      return {
        status: 200,
        body: {
          organisation: settings.organisation,
          mode: caller.mode,
          key_id: caller.key_id,
          key_name: caller.key_name,
          webhook_secret: await ports.webhookSecret(caller.key_id),
          default_country: settings.default_country,
          allowed_countries: [...settings.allowed_countries],
          default_language: settings.default_language,
          version: ports.version,
          simulated: caller.mode === 'test',
        },
      };
    },
    getHealth: async () => ({ status: 200, body: { status: 'ok', version: ports.version } }),
    async getReadiness() {
      const { version } = ports;
      const missing = await ports.readiness.missing();
      return missing.length === 0
        ? { status: 200, body: { status: 'ok', version } }
        : { status: 503, body: { status: 'unavailable', version, missing } };
    },
  };
}
