// Which countries an account may dial, and which of their risky numbers
// (https://www.twilio.com/docs/voice/api/dialingpermissions-country-resource).
import type { FastifyInstance } from 'fastify';
import type { Faults } from '../faults.ts';

/** Adds the list of countries, filtered by whether numbers known for toll fraud may be dialed. */
export function addDialingPermissions(app: FastifyInstance, { faults }: { faults: Faults }): void {
  app.get<{ Querystring: { HighRiskTollfraudNumbersEnabled?: string } }>(
    '/v1/DialingPermissions/Countries',
    (request, reply) => {
      const risky = faults.carrier.tollFraudCountries ?? [];
      const onlyRisky = request.query.HighRiskTollfraudNumbersEnabled === 'true';
      const shown = onlyRisky ? risky : [...new Set(['US', 'PT', ...risky])];
      const content = shown.map((iso_code) => ({
        iso_code,
        low_risk_numbers_enabled: true,
        high_risk_special_numbers_enabled: false,
        high_risk_tollfraud_numbers_enabled: risky.includes(iso_code),
      }));
      return reply.send({ content, meta: { page: 0, page_size: 50, key: 'content' } });
    },
  );
}
