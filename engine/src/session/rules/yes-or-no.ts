// A plain yes or no in the languages that the engine speaks. What is neither agrees to nothing.
import { plainWords } from './spoken-words.ts';

const NO =
  /\b(?:no|nope|nah|not|don't|do not|rather not|nao|prefiro que nao|non|nein|nicht|ne|pas)\b/u;
const YES =
  /\b(?:yes|yeah|yep|yup|sure|okay|ok|of course|go ahead|certainly|that's fine|fine|sim|claro|pode|com certeza|esta bem|si|por supuesto|vale|adelante|de acuerdo|oui|d'accord|bien sur|allez-y|ja|gerne|naturlich|in ordnung|certo|va bene|certamente|prego)\b/u;

/** Returns what was said to a question of yes or no. Where both stand, or a question comes back, it is `unclear`. */
export function yesOrNo(said: string): 'yes' | 'no' | 'unclear' {
  const words = plainWords(said);
  if (words.endsWith('?')) return 'unclear';
  const agrees = YES.test(words);
  if (NO.test(words)) return agrees ? 'unclear' : 'no';
  return agrees ? 'yes' : 'unclear';
}
