// What kind of network an IP address belongs to. Only `public` may be dialed without the operator's word.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** `never` holds what no receiver can live on: link-local, multicast, reserved, and the clouds' metadata services. */
export type AddressClass = 'public' | 'loopback' | 'private' | 'never';
export type Cidr = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Returns the class of an address in canonical text form; `never` when it is not an address. */
export function addressClass(address: string): AddressClass {
  if (isIP(address) === 0 || address.includes('%')) return 'never';
  const parsed = parse(address);
  if (METADATA.some((cidr) => contains(cidr, parsed))) return 'never';
  return parsed instanceof ipaddr.IPv6 ? classOfIPv6(parsed) : classOfIPv4(parsed);
}

/** True when `address` lies in one of `cidrs`; an IPv4 address written as IPv6 counts as the IPv4 address. */
export function isWithin(address: string, cidrs: readonly Cidr[]): boolean {
  if (isIP(address) === 0 || address.includes('%')) return false;
  const given = parse(address);
  const parsed =
    given instanceof ipaddr.IPv6 && given.isIPv4MappedAddress() ? given.toIPv4Address() : given;
  return cidrs.some((cidr) => contains(cidr, parsed));
}

/** Returns the parsed form of `10.0.0.0/8`, or undefined when it is not a CIDR range. */
export function parseCidr(text: string): Cidr | undefined {
  return ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : undefined;
}

// Metadata services outside the link-local range: Azure's wire server
// (https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16), Alibaba Cloud
// (https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata), AWS over IPv6
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html).
const METADATA = ['168.63.129.16/32', '100.100.100.200/32', 'fd00:ec2::254/128'].map((text) =>
  ipaddr.parseCIDR(text),
);

const CLASS_OF_RANGE: Partial<Record<string, AddressClass>> = {
  unicast: 'public',
  loopback: 'loopback',
  private: 'private',
  carrierGradeNat: 'private',
  uniqueLocal: 'private',
};

const classOfIPv4 = (address: ipaddr.IPv4): AddressClass =>
  CLASS_OF_RANGE[address.range()] ?? 'never';

// IPv6 ranges that carry an IPv4 address, and the byte it starts at: IPv4-compatible (RFC 4291),
// NAT64 (RFC 6052), 6to4 (RFC 3056). NAT64 is unwrapped, not refused, because IPv6-only clouds live on it.
const CARRIERS: readonly [Cidr, number][] = [
  [ipaddr.parseCIDR('::/96'), 12],
  [ipaddr.parseCIDR('64:ff9b::/96'), 12],
  [ipaddr.parseCIDR('2002::/16'), 2],
];
// All that is given out as global unicast today (https://www.iana.org/assignments/ipv6-address-space).
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

function classOfIPv6(address: ipaddr.IPv6): AddressClass {
  if (address.isIPv4MappedAddress()) return addressClass(address.toIPv4Address().toString());
  const range = address.range();
  if (range === 'loopback' || range === 'unspecified') return CLASS_OF_RANGE[range] ?? 'never';
  const carrier = CARRIERS.find(([cidr]) => contains(cidr, address));
  if (carrier) {
    const inner = ipaddr.fromByteArray(address.toByteArray().slice(carrier[1], carrier[1] + 4));
    return addressClass(inner.toString()) === 'public' ? 'public' : 'never';
  }
  const found = CLASS_OF_RANGE[range] ?? 'never';
  return found === 'public' && !contains(GLOBAL_UNICAST, address) ? 'never' : found;
}

// Through a URL first, because ipaddr.js reads `::127.0.0.1` as `::ffff:127.0.0.1`.
const parse = (address: string): ipaddr.IPv4 | ipaddr.IPv6 =>
  ipaddr.parse(
    isIP(address) === 6 ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address,
  );

const contains = (cidr: Cidr, address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  cidr[0].kind() === address.kind() && address.match(cidr);
