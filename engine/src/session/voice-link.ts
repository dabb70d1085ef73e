// A session's hold on its speech model: before there is one, and after it is gone, what is said to it goes nowhere.
import type { VoiceSession } from './voice.ts';

export class VoiceLink implements VoiceSession {
  #voice: VoiceSession | undefined;

  connect(voice: VoiceSession): void {
    this.#voice = voice;
  }

  begin(): void {
    this.#voice?.begin();
  }

  hear(audio: Uint8Array): void {
    this.#voice?.hear(audio);
  }

  cut(itemId: string, heardMs: number): void {
    this.#voice?.cut(itemId, heardMs);
  }

  answerTool(toolCallId: string, output: unknown, goOn: boolean): void {
    this.#voice?.answerTool(toolCallId, output, goOn);
  }

  say(instructions: string): void {
    this.#voice?.say(instructions);
  }

  close(): void {
    this.#voice?.close();
  }
}
