// Port: the phone side of a session. A carrier implements it; audio is mu-law, 8,000 bytes a second.

export interface Line {
  /** Queues audio to be played to the person, in order. The carrier paces it. */
  send(audio: Uint8Array): void;
  /** Asks to be told, by `marked(name)`, when everything queued so far has been played or cleared. */
  mark(name: string): void;
  /** Drops what is queued and not yet played. */
  clear(): void;
  /** Ends the media stream; its listener is told nothing more. Safe to call twice. */
  close(): void;
}

/** What a line tells its session. Nothing is called after `closed`. */
export interface LineListener {
  /** The person's audio; `timestampMs` is the line's own time since it opened. Frames may be missing. */
  audio(frame: Uint8Array, timestampMs: number): void;
  marked(name: string): void;
  /** A key the person pressed: 0-9, *, # or A-D. */
  pressed(digit: string): void;
  /** `hung_up` when the carrier said that the call ended; `lost` when the stream broke without a word. */
  closed(why: 'hung_up' | 'lost'): void;
}
