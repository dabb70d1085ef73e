// The one sentence for callers with whom no conversation begins. It says the same to everybody, so nobody learns from it
// whether the number they call from is known here. No native speaker has heard these texts yet.

/** Returns what is said and in which language; English when there is no text in the one that is asked for. */
export function messageFor(
  organisation: string,
  language: string,
): { text: string; language: MessageLanguage } {
  const found = LANGUAGES.find((one) => one.toLowerCase() === language.toLowerCase()) ?? 'en';
  const name = organisation
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim();
  return { text: TEXTS[found].replaceAll('{name}', () => name), language: found };
}

const TEXTS = {
  en: 'Thank you for calling. This is an automatic message from {name}. If there is something to talk about, we will call you again; you can also write to {name}. Goodbye.',
  'pt-PT':
    'Obrigado por ligar. Esta é uma mensagem automática de {name}. Se houver algum assunto a tratar, voltamos a ligar; também pode escrever a {name}. Até breve.',
  'pt-BR':
    'Obrigado por ligar. Esta é uma mensagem automática de {name}. Se houver algum assunto a tratar, vamos ligar de novo; você também pode escrever para {name}. Até logo.',
  es: 'Gracias por llamar. Este es un mensaje automático de {name}. Si hay algo que tratar, le volveremos a llamar; también puede escribir a {name}. Adiós.',
  fr: "Merci de votre appel. Ceci est un message automatique de {name}. S'il y a un sujet à aborder, nous vous rappellerons ; vous pouvez aussi écrire à {name}. Au revoir.",
  de: 'Danke für Ihren Anruf. Dies ist eine automatische Nachricht von {name}. Wenn es etwas zu besprechen gibt, rufen wir Sie wieder an; Sie können {name} auch schreiben. Auf Wiederhören.',
  it: "Grazie per la chiamata. Questo è un messaggio automatico di {name}. Se c'è qualcosa di cui parlare, la richiameremo; può anche scrivere a {name}. Arrivederci.",
} as const;

export type MessageLanguage = keyof typeof TEXTS;

const LANGUAGES = Object.keys(TEXTS) as MessageLanguage[];
