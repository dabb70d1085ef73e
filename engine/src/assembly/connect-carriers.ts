import { carrierEvents } from '../calls/carrier-events.ts';
import type { Carrier } from '../calls/ports.ts';
import { answerReturned } from '../calls/returned/answer-returned.ts';
import { createTwilioPrices } from '../carriers/twilio/prices.ts';
import { createTwilioCarrier } from '../carriers/twilio/rest.ts';
import { observeCarrier } from '../telemetry/observe-carrier.ts';
import type { Doors } from './create-doors.ts';
import type { Talk } from './create-talk.ts';
import type { Networks } from './networks.ts';
import { neverAsked } from './never-asked.ts';
import type { Store } from './open-store.ts';
import type { Shared } from './shared.ts';

/** Tells the carriers where to call back, now that the address is known. */
export function connectCarriers(
  url: string,
  { config, clock, log, settings, telemetry }: Shared,
  { store, networks, talk, doors }: { store: Store; networks: Networks; talk: Talk; doors: Doors },
): void {
  settings.public_url = config.publicUrl ?? url;
  settings.from_numbers = {
    simulated: networks.simulated.fromNumbers,
    live: networks.live?.fromNumbers ?? [],
  };
  if (config.publicUrl === null) store.ownUrls.push(url);
  const events = carrierEvents({ ...talk, recordings: store.recordings });
  const connect = (network: 'simulated' | 'live', callbackBase: string): Carrier => {
    const account = networks[network]?.account ?? neverAsked();
    doors.accounts.push({
      ...{ ...account, callbackBase, events, nodeUrl: config.nodePublicUrl },
      incoming: (call) => answerReturned({ ...call, network }, { ...talk, ...store.returning }),
    });
    talk.carrierPrices[network] = createTwilioPrices({ ...account, clock, log });
    const carrier = createTwilioCarrier({ ...account, callbackBase, clock, log });
    return observeCarrier(carrier, network, { ...telemetry, clock });
  };
  // The simulated network lives on this machine, whatever the world calls us, unless it is told another address.
  const simulatedBase = config.simulator?.callbackUrl ?? onLoopback(url);
  talk.carriers.simulated = connect('simulated', simulatedBase);
  if (networks.live) talk.carriers.live = connect('live', settings.public_url);
}

const onLoopback = (url: string): string =>
  url.replace(/\/\/(0\.0\.0\.0|\[::\])(?=:)/, '//127.0.0.1');
