import fc from 'fast-check';
import { addressClass, isWithin, parseCidr } from '../../engine/src/outgoing/address-class.ts';

describe('the class of an address', () => {
  it.each([
    [
      'public',
      '93.184.215.14 8.8.8.8 2606:4700::1111 2a00:1450:4001::1 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1',
    ],
    ['loopback', '127.0.0.1 127.255.255.254 ::1 ::ffff:127.0.0.1 ::ffff:7f00:1'],
    [
      'private',
      '10.0.0.5 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 100.127.255.255 fd00::1 fc00::1 ::ffff:10.0.0.1',
    ],
    [
      'never',
      '0.0.0.0 0.1.2.3 169.254.169.254 192.0.0.8 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255',
    ],
    ['never', '168.63.129.16 100.100.100.200 fd00:ec2::254'],
    [
      'never',
      ':: fe80::1 fec0::1 ff02::1 100::1 2001:db8::1 3fff::1 5f00::1 2001::1 2001:2::1 64:ff9b:1::808:808 4000::1',
    ],
    [
      'never',
      '::127.0.0.1 ::10.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::a00:5 2002:7f00:1:: 2002:a00:5::1',
    ],
    ['never', 'fe80::1%eth0 localhost 127.1 0x7f000001 1.2.3 not-an-address'],
  ])('%s: %s', (expected, addresses) => {
    for (const address of addresses.split(' '))
      expect([address, addressClass(address)]).toEqual([address, expected]);
  });

  it('an IPv4 address is judged alike in its own and in its mapped form', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(addressClass(`::ffff:${address}`)).toBe(addressClass(address));
      }),
    );
  });

  it('no form of IPv6 that carries a non-public IPv4 address is public', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffffff }), fc.constantFrom(0, 10, 127), (rest, first) => {
        const high = ((first << 8) | (rest >> 16)).toString(16);
        const low = (rest & 0xffff).toString(16);
        for (const form of [
          `::ffff:${high}:${low}`,
          `64:ff9b::${high}:${low}`,
          `2002:${high}:${low}::1`,
        ]) {
          expect(addressClass(form)).not.toBe('public');
        }
      }),
    );
  });

  it('a range holds its addresses, also when they are written as IPv6', () => {
    const cidr = parseCidr('10.1.0.0/16');
    expect(cidr).toBeDefined();
    const cidrs = cidr ? [cidr] : [];
    expect(
      ['10.1.2.3', '::ffff:10.1.2.3', '10.2.0.1', 'fd00::1', 'name'].map((text) =>
        isWithin(text, cidrs),
      ),
    ).toEqual([true, true, false, false, false]);
    expect(parseCidr('10.0.0.0/40')).toBeUndefined();
  });
});
