import { findPhoneIn } from '../../engine/src/calls/request/find-phone-in.ts';

const found = (text: string, country: string | null = 'PT'): string | undefined => {
  const read = findPhoneIn(text, country);
  return read.ok ? read.value.map(({ phone_number }) => phone_number).join(' ') : undefined;
};
const ANA = '+351912345678';
const RUI = '+351961234567';

it.each([
  ['alone', '912 345 678'],
  ['alone in a sentence', 'Ligar à Ana 912345678 antes das 12h'],
  ['after a label', `Rui 961 234 567, Telemóvel: 912 345 678`],
  ['after a label in another language', `Office ${RUI}; mobile +351 912 345 678`],
  ['in a link, before any label', `Phone: ${RUI} <a href="tel:${ANA}">ligar</a>`],
  ['in a link of Markdown', `Contacto: ${RUI} [ligar](tel:${ANA})`],
  ['twice', `${ANA} / 912 345 678`],
  ['beside a premium number', `Linha 760 123 456. ${ANA}`],
])('finds a number %s', (_where, text) => {
  expect(found(text)).toBe(ANA);
});

it.each([
  ['a tax number', 'NIF 218 555 010'],
  ['an invoice', 'Fatura 212345678'],
  ['an order', 'Encomenda n.º 912345678'],
  ['a reference', 'Ref. 912345678'],
  ['a meeting', 'Meeting ID: 912 345 678'],
  ['a number to dial in', 'Dial-in: +351 912 345 678'],
  ['a passcode', 'Passcode: 912345678'],
  ['nothing at all', 'Reunião às 14:00 de 2026-12-01'],
  ['too few digits', 'sala 345 678'],
  ['an empty text', ''],
])('finds none in %s', (_what, text) => {
  expect(found(text)).toBeUndefined();
});

it('takes words only whole: a hotel is no label, shopping no PIN', () => {
  expect(found(`Hotel ${RUI}, Ana: Tel. ${ANA}`)).toBe(ANA);
  expect(found(`Shopping ${ANA}`)).toBe(ANA);
});

it('in doubt takes none: two of the same rank are nobody’s', () => {
  expect(found(`${ANA} ou ${RUI}`)).toBeUndefined();
  expect(found(`Tel: ${ANA}, Tel: ${RUI}`)).toBeUndefined();
});

it('needs a country for a number without its code', () => {
  expect(found('912 345 678', null)).toBeUndefined();
  expect(found(`${ANA}`, null)).toBe(ANA);
});
