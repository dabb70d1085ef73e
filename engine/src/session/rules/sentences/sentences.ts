/** What the engine says itself in one language, before and besides the model. */
export interface Sentences {
  /** False until somebody who grew up with the language has heard them all on a phone. */
  heard_by_native_speaker: boolean;
  /** The disclosure: that this is an AI, and for whom it calls. */
  hello: (name: string) => string;
  /** In place of it when the person called back. */
  returned: (name: string) => string;
  /** Follows the disclosure of a call that is recorded. */
  recorded: string;
  /** Follows it where only a yes allows recording. */
  may_record: string;
  /** The last words to somebody who wants no more calls. */
  opted_out: string;
  putting_through: string;
  /** Nobody took the call over. */
  not_put_through: string;
  /** Told to a colleague before the person is joined; `about` is a sentence of its own. */
  briefing: (call: { name: string; about: string }) => string;
}
