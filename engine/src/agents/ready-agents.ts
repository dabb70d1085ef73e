// The agents that come with Recado, one for each of the four scenarios.
import type { ReadyAgent } from '../contract/agent.ts';
import { appointmentConfirmation } from './ready/appointment-confirmation.ts';
import { deliveryCall } from './ready/delivery-call.ts';
import { onboardingCall } from './ready/onboarding-call.ts';
import type { ReadyAgentTexts } from './ready/ready-text.ts';
import { satisfactionSurvey } from './ready/satisfaction-survey.ts';

export const READY_AGENTS: Readonly<Record<string, ReadyAgentTexts>> = {
  onboarding_call: onboardingCall,
  appointment_confirmation: appointmentConfirmation,
  delivery_call: deliveryCall,
  satisfaction_survey: satisfactionSurvey,
};

export const listReadyAgents = (): ReadyAgent[] =>
  Object.entries(READY_AGENTS).map(([name, { about, languages }]) => ({
    name,
    about,
    languages: Object.entries(languages).map(([language, { heard_by_native_speaker }]) => ({
      language,
      heard_by_native_speaker,
    })),
  }));
