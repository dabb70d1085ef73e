// Ports: the speech model side of a session, and the speech that the engine itself speaks.
import type { Result } from '../lib/result.ts';

export interface ToolSpec {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>;
}

/** What a model is told before the phone rings. */
export interface VoiceBrief {
  instructions: string;
  tools: readonly ToolSpec[];
  /** BCP 47 tag, or undefined to follow the person. */
  language: string | undefined;
  /** Name of the voice to speak with. */
  voice: string;
}

export type VoiceFailure = { kind: 'refused' | 'unreachable' | 'timeout' | 'lost'; detail: string };

export interface Voice {
  /** Opens a model session that is ready to listen; it stays silent until `begin`. Bounded in time. */
  open(brief: VoiceBrief, listener: VoiceListener): Promise<Result<VoiceSession, VoiceFailure>>;
}

export interface VoiceSession {
  /** Lets the model speak first and take turns from now on. */
  begin(): void;
  /** The person's audio, mu-law, without gaps. */
  hear(audio: Uint8Array): void;
  /** Tells the model that the person heard only the first `heardMs` of this item, and drops what it still sends of it. */
  cut(itemId: string, heardMs: number): void;
  /** Answers a tool call; with `goOn` the model speaks again once its present response is done. */
  answerTool(toolCallId: string, output: unknown, goOn: boolean): void;
  /** Has the model say something now, such as a goodbye when time is up. */
  say(instructions: string): void;
  /** Ends the model session. Safe to call twice; `closed` is not called for it. */
  close(): void;
}

export interface VoiceUsage {
  input_tokens: number;
  output_tokens: number;
}

/** What a model tells its session. Times are milliseconds of the person's audio since `open`. */
export interface VoiceListener {
  /** A new item of the conversation, after `previousItemId` (undefined: at the start). */
  itemAdded(item: {
    id: string;
    previousId: string | undefined;
    speaker: 'agent' | 'recipient';
  }): void;
  /** Audio of the agent, mu-law. */
  said(itemId: string, audio: Uint8Array): void;
  /** More of the agent's words. */
  saidText(itemId: string, delta: string): void;
  /** The agent's item is complete; `text` is all of it. */
  saidAll(itemId: string, text: string): void;
  /** The person began to speak. */
  speechStarted(itemId: string, atMs: number): void;
  speechStopped(itemId: string, atMs: number): void;
  /** The person's words. `undefined`: they could not be made out. */
  heardText(itemId: string, text: string | undefined): void;
  toolCalled(call: { id: string; name: string; arguments: string }): void;
  /** A response is over and what it cost. */
  responded(usage: VoiceUsage): void;
  /** The model session ended by itself. Nothing is called afterwards. */
  closed(failure: VoiceFailure): void;
}

/** Text to speech for what the engine says itself, such as the disclosure. */
export interface Speech {
  /** Returns mu-law audio of `text`. Bounded in time. */
  speak(
    text: string,
    options: { voice: string; language: string },
  ): Promise<Result<Uint8Array, VoiceFailure>>;
}

/** A text model that reads a transcript and answers with JSON. */
export interface Reader {
  /** Answers with parsed JSON that should fit `schema` (strict subset of JSON Schema); it is checked again by the caller. */
  read(request: {
    instructions: string;
    input: string;
    schema: Record<string, unknown>;
  }): Promise<
    Result<
      { value: unknown; usage: VoiceUsage },
      { kind: 'unavailable' | 'refused' | 'invalid'; detail: string }
    >
  >;
}
