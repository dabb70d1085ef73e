// What a model may use up in one conversation. Past it the engine stops, whatever the model goes on to ask for. Pure.

export const TOOL_CALLS_MAX = 30;
export const TOOL_ERRORS_MAX = 5;
// Ten minutes of nothing but speech are about 12,000 tokens: 20 a second.
const OUTPUT_TOKENS_PER_MINUTE = 2_400;
const OUTPUT_TOKENS_LEAST = 12_000;

export type Overdrawn = 'tool_calls' | 'tool_errors' | 'output_tokens';

export interface Budget {
  /** Counts a tool call; returns what is used up, if anything. */
  toolCalled(failed: boolean): Overdrawn | undefined;
  /** Counts what a response cost. */
  responded(outputTokens: number): Overdrawn | undefined;
}

/** Returns the budget of a conversation that may take so long: 30 tool calls, of them 4 mistaken, and twice what talking all the time takes. */
export function createBudget(maxDurationMs: number): Budget {
  const tokensMax = Math.max(
    OUTPUT_TOKENS_LEAST,
    Math.ceil((maxDurationMs / 60_000) * OUTPUT_TOKENS_PER_MINUTE),
  );
  let calls = 0;
  let errors = 0;
  let tokens = 0;
  return {
    toolCalled(failed) {
      calls++;
      if (failed) errors++;
      if (errors >= TOOL_ERRORS_MAX) return 'tool_errors';
      return calls > TOOL_CALLS_MAX ? 'tool_calls' : undefined;
    },
    responded(outputTokens) {
      tokens += outputTokens;
      return tokens > tokensMax ? 'output_tokens' : undefined;
    },
  };
}
