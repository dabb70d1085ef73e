// The request of the demonstration, as users write it in their platform; here its braces are filled.

export type DemoLanguage = 'en' | 'pt-PT';

interface DemoTexts {
  organisation: string;
  locale: string;
  task(day: string): string;
}

export const DEMO_LANGUAGES: Readonly<Record<DemoLanguage, DemoTexts>> = {
  en: {
    organisation: 'Example Clinic',
    locale: 'en-GB',
    task: (day) =>
      `Confirm the appointment Dental check-up on ${day} at 14:00. If they cannot come, offer to reschedule.`,
  },
  'pt-PT': {
    organisation: 'Clínica Exemplo',
    locale: 'pt-PT',
    task: (day) =>
      `Confirmar a consulta de dentista na ${day} às 14:00. Se não puder comparecer, oferecer reagendar.`,
  },
};

/** Returns the request: an appointment three days after `now`. */
export function demoRequest(given: {
  number: string;
  language: DemoLanguage;
  webhookUrl: string;
  now: number;
}) {
  const { locale, task } = DEMO_LANGUAGES[given.language];
  const day = new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  });
  return {
    phone_number: given.number,
    task: task(day.format(given.now + 3 * 86_400_000)),
    caller_name: 'Ana Example',
    webhook_url: given.webhookUrl,
    metadata: { event_id: 'evt-1042', calendar_id: 'primary' },
    recording: 'notify' as const,
  };
}
