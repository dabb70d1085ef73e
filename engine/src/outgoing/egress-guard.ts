// Judges URLs and addresses that users gave, without touching the network.
// Invariant: what is judged is what is dialed; the URL is parsed once and its parsed form is used from then on.
import { isIP } from 'node:net';
import { fail, ok, type Result } from '../lib/result.ts';
import { addressClass, type Cidr, isWithin, parseCidr } from './address-class.ts';

export interface EgressSettings {
  /** `host` or `host:port`. Such a host may be private, may be called over http, and on its own port. */
  allowedHosts: readonly string[];
  /** Ranges that any name may resolve to. */
  allowedCidrs: readonly string[];
  /** True while the engine itself listens on loopback only: then receivers beside it may be called. */
  allowLoopback: boolean;
  /** Where this engine is reached. Read at each judgement, so an engine may add its port once it knows it. */
  ownUrls: readonly string[];
}

export interface EgressRules {
  hosts: readonly AllowedHost[];
  cidrs: readonly Cidr[];
  allowLoopback: boolean;
  ownUrls: readonly string[];
}

/** A URL that may be used, as far as can be told without a look-up. */
export interface Target {
  url: URL;
  /** Host name, or address without brackets. */
  host: string;
  trust: Trust;
}

export type UrlRefusal = keyof typeof REFUSAL_TEXTS;

/** Returns the settings parsed; throws on one that cannot be read, because then nobody knows what was allowed. */
export function readRules(settings: EgressSettings): EgressRules {
  return {
    hosts: settings.allowedHosts.map(readHost),
    cidrs: settings.allowedCidrs.map(readCidr),
    allowLoopback: settings.allowLoopback,
    ownUrls: settings.ownUrls,
  };
}

/** Judges the text of a URL. An address written in digits is judged here too; a name still has to be resolved. */
export function judgeUrl(text: string, rules: EgressRules): Result<Target, UrlRefusal> {
  if (text.length > URL_LENGTH_MAX) return fail('too_long');
  const url = UNWRITABLE.test(text) ? null : URL.parse(text);
  if (url === null || url.hostname === '') return fail(url === null ? 'not_a_url' : 'scheme');

  const host = bareHost(url);
  const target: Target = { url, host, trust: trustIn(host, portOf(url), rules) };
  const refusal = CHECKS.find(([, refuses]) => refuses(target, rules, text));
  return refusal ? fail(refusal[0]) : ok(target);
}

/** True when a connection for `target` may go to `address`. */
export function mayDial(
  address: string,
  target: Pick<Target, 'trust'>,
  rules: EgressRules,
): boolean {
  if (isWithin(address, rules.cidrs)) return true;
  const found = addressClass(address);
  return found === 'public' || TRUSTED_CLASSES[target.trust].includes(found);
}

/** The reasons for people. Each that an operator can lift names the setting. */
export const REFUSAL_TEXTS = {
  not_a_url:
    'This is not a complete web address. It must look like https://example.com/path, without spaces or line breaks.',
  too_long: 'The address is longer than 2,048 characters.',
  scheme: 'The address must begin with https://.',
  user_info: 'The address must not hold a user name or password. Use webhook_token for a secret.',
  fragment: 'The address must not hold a # part.',
  loop: 'The address is that of this engine itself, so every event would cause another.',
  private:
    'The address leads to a private, local or reserved network. If that is meant, the operator allows the host with the setting WEBHOOK_ALLOWED_HOSTS.',
  plain_http:
    'The address must begin with https://. The operator allows http:// for a host with the setting WEBHOOK_ALLOWED_HOSTS.',
  port: 'The port must be 443, 80, 8443, 8080 or 5678. The operator allows another with the setting WEBHOOK_ALLOWED_HOSTS, as host:port.',
} as const;

const URL_LENGTH_MAX = 2_048;
const UNWRITABLE = /[\p{Cc}\p{Zs}\p{Zl}\p{Zp}]/u; // URL parsers drop some of these silently.

type Check = [UrlRefusal, (target: Target, rules: EgressRules, text: string) => boolean];
const CHECKS: readonly Check[] = [
  ['scheme', ({ url }) => url.protocol !== 'https:' && url.protocol !== 'http:'],
  [
    'user_info',
    ({ url }, _rules, text) =>
      url.username !== '' || url.password !== '' || authority(text).includes('@'),
  ],
  ['fragment', ({ url }, _rules, text) => url.hash !== '' || text.includes('#')],
  ['loop', ({ url }, rules) => rules.ownUrls.some((own) => isSamePlace(url, own))],
  ['private', (target, rules) => isPrivateHost(target, rules)],
  ['plain_http', (target, rules) => target.url.protocol === 'http:' && !mayBePlain(target, rules)],
  ['port', (target, rules) => !isPortOpen(target, rules)],
];

const authority = (text: string): string => text.split('//')[1]?.split(/[/?#\\]/)[0] ?? '';

/** How far the operator vouches for a host: not at all, as a neighbour on this machine, or by name. */
type Trust = 'none' | 'loopback' | 'allowed_host';
const TRUSTED_CLASSES = {
  none: [],
  loopback: ['loopback'],
  allowed_host: ['loopback', 'private'],
} as const satisfies Record<Trust, readonly string[]> as Record<Trust, readonly string[]>;

function trustIn(host: string, port: number, rules: EgressRules): Trust {
  if (rules.hosts.some((allowed) => vouchesFor(allowed, host, port))) return 'allowed_host';
  return rules.allowLoopback && isLoopbackHost(host) ? 'loopback' : 'none';
}

const vouchesFor = (allowed: AllowedHost, host: string, port: number): boolean =>
  allowed.host === host && (allowed.port === undefined || allowed.port === port);

const LOCAL_NAME = /(^|\.)(localhost|localdomain|local|internal|home\.arpa)$/;

function isPrivateHost(target: Target, rules: EgressRules): boolean {
  if (isIP(target.host) !== 0) return !mayDial(target.host, target, rules);
  return target.trust === 'none' && LOCAL_NAME.test(target.host);
}

const mayBePlain = (target: Target, rules: EgressRules): boolean =>
  target.trust !== 'none' || isWithin(target.host, rules.cidrs);

const WEB_PORTS: readonly number[] = [443, 80, 8443, 8080, 5678];
// Unprivileged ports where something other than a web server listens, so that a neighbour on loopback
// (Redis, Postgres, Memcached, Elasticsearch, MongoDB …) is not spoken to in HTTP.
const SERVICE_PORTS: readonly number[] = [
  1433, 1521, 2049, 2375, 2379, 3306, 4369, 5060, 5061, 5432, 5672, 5984, 6000, 6379, 6667, 9042,
  9092, 9200, 9300, 11211, 27017,
];

function isPortOpen({ url, host, trust }: Target, rules: EgressRules): boolean {
  const port = portOf(url);
  if (port === 0) return false;
  if (WEB_PORTS.includes(port)) return true;
  if (trust === 'loopback') return port >= 1_024 && !SERVICE_PORTS.includes(port);
  return rules.hosts.some((allowed) => allowed.host === host && allowed.port === port);
}

function isSamePlace(url: URL, own: string): boolean {
  const place = URL.parse(own);
  if (place === null || placeOf(place) !== placeOf(url) || portOf(place) !== portOf(url))
    return false;
  const base = place.pathname.replace(/\/+$/, '');
  return url.pathname === base || url.pathname.startsWith(`${base}/`);
}

// An engine bound to every interface (0.0.0.0) is met on loopback too.
const placeOf = (url: URL): string => {
  const host = bareHost(url);
  return isLoopbackHost(host) || host === '0.0.0.0' || host === '::' ? 'this machine' : host;
};

const isLoopbackHost = (host: string): boolean =>
  isIP(host) === 0 ? /(^|\.)localhost$/.test(host) : addressClass(host) === 'loopback';

const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

const portOf = (url: URL): number =>
  url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);

interface AllowedHost {
  host: string;
  port?: number;
}

function readHost(text: string): AllowedHost {
  const [, name = '', port] = /^(\[[^\]]+\]|[^:/?#@\s]+)(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const url = URL.parse(`http://${name}/`);
  const numbered = Number(port ?? 1);
  if (name === '' || url === null || numbered < 1 || numbered > 65_535) {
    throw new Error(`WEBHOOK_ALLOWED_HOSTS: "${text}" is not a host or host:port`);
  }
  return { host: bareHost(url), ...(port === undefined ? {} : { port: numbered }) };
}

function readCidr(text: string): Cidr {
  const cidr = parseCidr(text.trim());
  if (!cidr) throw new Error(`WEBHOOK_ALLOWED_CIDRS: "${text}" is not a range such as 10.0.0.0/8`);
  return cidr;
}
