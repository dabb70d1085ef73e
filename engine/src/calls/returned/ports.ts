// What calls that people return need from outside.
import type { CallStatus, Network, OnReturnedCall } from '../../contract/vocabulary.ts';
import type { Queryable, Transaction } from '../../lib/database.ts';
import type { CallRecord } from '../call-record.ts';
import type { MediaDoor } from '../ports.ts';
import type { MessageLanguage } from './message.ts';

/** What happens when somebody calls a number of ours. */
export interface NumberSettings {
  on_returned_call: OnReturnedCall;
  /** E.164; set when calls are forwarded. */
  forward_to: string | null;
}

export interface NumberBook {
  /** The defaults for a number that nothing was said about. */
  find(on: Queryable, network: Network, phoneNumber: string): Promise<NumberSettings>;
  set(
    tx: Transaction,
    number: { network: Network; phone_number: string; now: number } & NumberSettings,
  ): Promise<void>;
}

/** What the carrier tells of a call to a number of ours. Nothing of it is proof of who calls. */
export interface IncomingCall {
  network: Network;
  carrier_call_id: string;
  /** E.164; null when the caller hides their number. */
  caller: string | null;
  /** Number of ours that was dialed. */
  called: string;
}

/** How a call to a number of ours is answered. */
export type IncomingAnswer =
  /** `token` is the secret in the callback addresses of the attempt. */
  | { kind: 'talk'; token: string; door: MediaDoor }
  | { kind: 'forward'; phone_number: string; caller_id: string }
  /** One sentence of the engine, then hang up. */
  | { kind: 'message'; text: string; language: MessageLanguage };

/** A call of the person who calls us now. */
export interface KnownCall {
  id: string;
  status: CallStatus;
  outcome: string | null;
  ended_at: number | null;
}

export interface IncomingCalls {
  /**
   * Notes that somebody called. `first` is false when this phone call was noted before; `recent` counts the calls of this
   * caller after `since`, this one included. A caller who hides their number is null.
   */
  note(
    tx: Transaction,
    incoming: {
      carrier_call_id: string;
      network: Network;
      caller: string | null;
      since: number;
      now: number;
    },
  ): Promise<{ first: boolean; recent: number }>;
  /** Calls for which this person was dialed from this number after `since`, the latest dialed first. */
  knownCalls(
    on: Queryable,
    query: { network: Network; phone_number: string; from_number: string; since: number },
  ): Promise<KnownCall[]>;
  /** Has whoever is told of one call by an address of its own told of another call too. */
  copyAddresses(tx: Transaction, fromCallId: string, call: CallRecord): Promise<void>;
}
