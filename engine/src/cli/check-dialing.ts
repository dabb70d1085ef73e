import { z } from 'zod';
import type { Finding, TwilioCredentials } from './checks.ts';
import { probe } from './probe.ts';

const Countries = z.object({ content: z.array(z.object({ iso_code: z.string() })) });
const NAMED_MAX = 10;

/**
 * Says whether the account may dial numbers that are known for toll fraud: a stolen key is then worth money to a thief
 * (https://www.twilio.com/docs/voice/api/dialingpermissions-country-resource).
 */
export async function checkDialing({
  accountSid,
  authToken,
  baseUrl,
}: TwilioCredentials): Promise<Finding> {
  const name = 'dialing permissions';
  const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
  const answer = await probe(
    baseUrl ?? 'https://voice.twilio.com',
    '/v1/DialingPermissions/Countries?HighRiskTollfraudNumbersEnabled=true&PageSize=50',
    { authorization: `Basic ${basic}` },
  );
  const risky = Countries.safeParse(answer.ok && answer.status === 200 ? answer.body : undefined);
  if (!risky.success) {
    return {
      name,
      state: 'warn',
      detail: 'Twilio did not say which countries the account may dial.',
      fix: 'Check the credentials, then try again.',
    };
  }
  const countries = risky.data.content.map(({ iso_code }) => iso_code);
  if (countries.length === 0)
    return { name, state: 'ok', detail: 'Numbers known for toll fraud cannot be dialed.' };
  return {
    name,
    state: 'bad',
    detail: `The account may dial numbers known for toll fraud in ${countries.slice(0, NAMED_MAX).join(', ')}${countries.length > NAMED_MAX ? ' and more' : ''}.`,
    fix: 'Switch off "High-Risk Toll Fraud" for every country in https://console.twilio.com under Voice, Settings, Geo permissions.',
  };
}
