// What the commands print. Results go to stdout, remarks and failures to stderr; colours and the live line only
// where a person watches, plain lines when piped or when NO_COLOR is set (https://no-color.org).
import pc from 'picocolors';

export interface Terminal {
  /** Colours, or functions that leave the text as it is. */
  paint: ReturnType<typeof pc.createColors>;
  /** Prints one line to stdout. */
  say(line?: string): void;
  /** Prints one line to stderr. */
  remark(line: string): void;
  /** Shows `text` on the one line that is overwritten; nothing where output is piped. */
  live(text: string): void;
}

interface Stream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Returns a terminal on two streams; `colours` says whether the surroundings want them. */
export function createTerminal(
  stdout: Stream = process.stdout,
  stderr: Stream = process.stderr,
  colours: boolean = pc.isColorSupported,
): Terminal {
  const watched = stdout.isTTY === true && colours;
  const paint = pc.createColors(watched);
  let liveShown = false;
  const clearLive = (): void => {
    if (liveShown) stdout.write('\r\x1b[2K');
    liveShown = false;
  };
  return {
    paint,
    say(line = '') {
      clearLive();
      stdout.write(`${line}\n`);
    },
    remark(line) {
      clearLive();
      stderr.write(`${line}\n`);
    },
    live(text) {
      if (!watched) return;
      clearLive();
      if (text === '') return;
      // A longer text would wrap, and only its last line could be taken back.
      stdout.write(paint.dim(printable(text).slice(0, Math.max((stdout.columns ?? 80) - 1, 10))));
      liveShown = true;
    },
  };
}

/** Returns text from outside without control characters, which could steer the terminal. */
export const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
  text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ');
