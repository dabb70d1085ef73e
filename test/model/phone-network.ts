// The phone network of the model: which phones exist, and what their carrier says, loses, repeats and holds back.
import type {
  Carrier,
  CarrierCall,
  CarrierReport,
  DialAnswer,
  DialOrder,
} from '../../engine/src/calls/ports.ts';
import type { EndReason } from '../../engine/src/contract/vocabulary.ts';
import type { Clock } from '../../engine/src/lib/clock.ts';
import { sha256Hex } from '../../engine/src/lib/id.ts';
import type { Gates } from './gates.ts';

export type CreateFault =
  | 'placed'
  | 'rejected'
  | 'not_sent'
  | 'unclear_and_rings'
  | 'unclear_and_silent';

export interface Phone {
  id: string;
  token: string;
  order: DialOrder;
  state: 'queued' | 'ringing' | 'answered' | 'ended';
  answered: boolean;
  end_reason: EndReason | null;
  created_at: number;
  answered_at: number | null;
  sequence: number;
  /** Node whose session this person talks with. */
  talksWith: string | undefined;
  lineClosed: (() => void) | undefined;
}

/** What the carrier has to tell and has not told yet. */
export interface Mail {
  phone: Phone;
  report: CarrierReport;
}

export class PhoneNetwork {
  readonly phones: Phone[] = [];
  readonly mail: Mail[] = [];
  readonly #faults: readonly CreateFault[];
  readonly #gates: Gates;
  readonly #clock: Clock;
  #asked = 0;

  constructor(options: { faults: readonly CreateFault[]; gates: Gates; clock: Clock }) {
    this.#faults = options.faults;
    this.#gates = options.gates;
    this.#clock = options.clock;
  }

  /** How many phone calls were made for each attempt, by the hash of its token. */
  rings(): Map<string, number> {
    const rings = new Map<string, number>();
    for (const { token } of this.phones) {
      const hash = sha256Hex(token);
      rings.set(hash, (rings.get(hash) ?? 0) + 1);
    }
    return rings;
  }

  get open(): Phone[] {
    return this.phones.filter(({ state }) => state !== 'ended');
  }

  /** The carrier as a node sees it. */
  carrierFor(node: string): Carrier {
    const around = async <T>(label: string, act: () => T): Promise<T> => {
      await this.#gates.pass(node, `asks the carrier: ${label}`);
      const answer = act();
      await this.#gates.pass(node, `hears the carrier: ${label}`);
      return answer;
    };
    return {
      name: 'scripted',
      placeCall: (order) => around('place', () => this.#create(order)),
      hangUp: (id) =>
        around('hang up', () => {
          const phone = this.phones.find((one) => one.id === id);
          if (phone) this.end(phone, null);
          return { ok: true };
        }),
      look: (id) => around('look', () => this.#seen(this.phones.find((one) => one.id === id))),
      search: ({ phone_number, from_number, since }) =>
        around('search', () =>
          this.phones
            .filter(({ order }) => order.phone_number === phone_number)
            .filter(({ order }) => order.from_number === from_number)
            .filter(({ created_at }) => created_at >= since)
            .flatMap((phone) => this.#seen(phone) ?? []),
        ),
    };
  }

  ring(phone: Phone): void {
    if (phone.state !== 'queued') return;
    phone.state = 'ringing';
    this.#tell(phone, 'ringing', null);
  }

  answer(phone: Phone): void {
    phone.state = 'answered';
    phone.answered = true;
    phone.answered_at = this.#clock.now();
    this.#tell(phone, 'answered', null);
  }

  end(phone: Phone, reason: EndReason | null): void {
    if (phone.state === 'ended') return;
    phone.state = 'ended';
    phone.end_reason = reason;
    phone.talksWith = undefined;
    this.#tell(phone, 'ended', reason);
    phone.lineClosed?.();
  }

  #create(order: DialOrder): DialAnswer {
    const fault = this.#faults[this.#asked++ % this.#faults.length] ?? 'placed';
    if (fault === 'rejected')
      return { kind: 'rejected', end_reason: 'carrier_rejected', code: '400' };
    if (fault === 'not_sent') return { kind: 'not_sent', detail: 'refused' };
    if (fault === 'unclear_and_silent') return { kind: 'unclear', detail: 'reset' };
    const id = `CA${this.phones.length + 1}`;
    this.phones.push({
      ...{ id, order, token: order.token, state: 'queued', answered: false, end_reason: null },
      ...{ created_at: this.#clock.now(), answered_at: null, sequence: 0 },
      ...{ talksWith: undefined, lineClosed: undefined },
    });
    return fault === 'placed'
      ? { kind: 'placed', carrier_call_id: id }
      : { kind: 'unclear', detail: 'timeout' };
  }

  #seen(phone: Phone | undefined): CarrierCall | undefined {
    return (
      phone && {
        carrier_call_id: phone.id,
        state: phone.state === 'ended' ? 'ended' : 'open',
        answered: phone.answered,
        end_reason: phone.end_reason,
        duration_seconds: null,
      }
    );
  }

  #tell(phone: Phone, state: CarrierReport['state'], end_reason: EndReason | null): void {
    const facts = { carrier_call_id: phone.id, sequence: phone.sequence++ };
    this.mail.push({
      phone,
      report: { ...facts, state, end_reason, code: null, sip_code: null },
    });
  }
}
