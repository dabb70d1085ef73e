// What is said, and what the model is told, when the person calls us.
import { disclosureFor, instructionsFor } from '../../../engine/src/session/instructions.ts';
import { sampleCall } from '../../conformance/sample-records.ts';

const call = sampleCall({ recipient_name: 'Ana Silva' });
const inLanguage = (language: string): string => disclosureFor(call, language, 'inbound');

it.each([
  ['en', 'Thank you for calling back, this is an AI assistant of Clínica.'],
  ['pt-PT', 'ligar de volta, fala uma assistente de inteligência artificial de Clínica.'],
  ['pt-BR', 'retornar a ligação, aqui é uma assistente de inteligência artificial de Clínica.'],
  ['es', 'devolver la llamada, le habla un asistente de inteligencia artificial de Clínica.'],
  ['fr', "rappeler, ici un assistant d'intelligence artificielle de Clínica."],
  ['de', 'Rückruf, hier spricht ein KI-Assistent von Clínica.'],
  ['it', 'richiamato, sono un assistente di intelligenza artificiale di Clínica.'],
])('who calls back is told in %s that an AI speaks, and not that it calls', (tag, words) => {
  expect(inLanguage(tag)).toContain(words);
  expect(inLanguage(tag)).not.toBe(disclosureFor(call, tag));
});

it('the agent asks who is speaking before it tells anything, since a caller id proves nothing', () => {
  const [rules = ''] = instructionsFor(call, 'Hello.', 'inbound').split('```');
  expect(rules).toMatch(/ask who is speaking\. Until they name themself.*tell nothing of task/);
  expect(rules).not.toContain('Ana Silva');
  expect(instructionsFor(call, 'Hello.')).not.toContain('ask who is speaking');
});

it('without a name to check it asks all the same', () => {
  const nameless = instructionsFor({ ...call, recipient_name: null }, 'Hello.', 'inbound');
  expect(nameless).toContain('ask who is speaking');
});
