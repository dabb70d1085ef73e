import { chooseFromNumber } from '../../engine/src/calls/choose-from-number.ts';

type Ports = Parameters<typeof chooseFromNumber>[2];
const LISBON = '+351210000000';
const MADRID = '+34910000000';
const PARIS = '+33199001234';

/** Returns the number that a call to `to` comes from, where `kept` is the one that the person was called from before. */
function chosen(
  to: string,
  {
    asked = null,
    kept,
    own = [LISBON, MADRID],
  }: { asked?: string | null; kept?: string; own?: string[] } = {},
): Promise<string | undefined> {
  const ports = {
    calls: { lastFromNumber: async () => kept },
    settings: { from_numbers: { simulated: [], live: own } },
  } as unknown as Ports;
  const order = { from_number: asked };
  const call = { network: 'live', phone_number: to, order };
  const nowhere = {} as Parameters<typeof chooseFromNumber>[0];
  return chooseFromNumber(nowhere, call as Parameters<typeof chooseFromNumber>[1], ports);
}

it('is one of the country that is called, else the first', async () => {
  expect(await chosen('+34612345678')).toBe(MADRID);
  expect(await chosen('+351912345678')).toBe(LISBON);
  expect(await chosen('+33612345678')).toBe(LISBON);
});

it('is the one that the person knows, as long as it is ours', async () => {
  expect(await chosen('+34612345678', { kept: LISBON })).toBe(LISBON);
  expect(await chosen('+34612345678', { kept: PARIS })).toBe(MADRID);
});

it('is the one that was asked for before all others, as long as it is ours', async () => {
  expect(await chosen('+34612345678', { asked: LISBON, kept: MADRID })).toBe(LISBON);
  expect(await chosen('+34612345678', { asked: PARIS })).toBe(MADRID);
});

it('is none where there is none', async () => {
  expect(await chosen('+34612345678', { own: [] })).toBeUndefined();
});
