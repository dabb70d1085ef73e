import type { PlaceCall } from '../../contract/place-call.ts';
import type { ProblemFailure } from '../../contract/problem.ts';
import { fail, ok, type Result } from '../../lib/result.ts';
import type { CallOrder } from '../call-record.ts';
import { languageOf } from '../languages.ts';
import type { Settings } from '../ports.ts';
import { problemAt } from './problem-at.ts';

/** Returns the language of the call and of its report. */
export function readLanguage(
  request: PlaceCall,
  settings: Settings,
): Result<Pick<CallOrder, 'language' | 'report_language'>, ProblemFailure> {
  const auto = request.language?.trim().toLowerCase() === 'auto';
  const language = auto ? null : languageOf(request.language ?? settings.default_language);
  if (language === undefined)
    return fail(
      problemAt(
        'invalid_request',
        ['language'],
        'Languages: en, pt-PT, pt-BR, es, fr, de, it, or auto.',
      ),
    );
  const report = languageOf(request.report_language ?? language ?? settings.default_language);
  if (report === undefined)
    return fail(
      problemAt(
        'invalid_request',
        ['report_language'],
        'Languages: en, pt-PT, pt-BR, es, fr, de, it.',
      ),
    );
  return ok({ language, report_language: report });
}
