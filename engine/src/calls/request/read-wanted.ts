import type { PlaceCall } from '../../contract/place-call.ts';
import type { ProblemFailure } from '../../contract/problem.ts';
import { fail, ok, type Result } from '../../lib/result.ts';
import { acceptQuestions } from '../../results/accept-questions.ts';
import { schemaOfQuestions } from '../../results/question-schema.ts';
import { checkResultSchema } from '../../results/result-schema.ts';
import type { CallOrder } from '../call-record.ts';
import { problemAt } from './problem-at.ts';

/** Returns what is to be learned: the questions and the schema of the result. */
export function readWanted(
  request: PlaceCall,
): Result<Pick<CallOrder, 'questions' | 'result_schema'>, ProblemFailure> {
  const schema =
    request.result_schema === undefined ? undefined : checkResultSchema(request.result_schema);
  if (schema && !schema.ok) {
    return fail(
      problemAt(
        'result_schema_invalid',
        [`result_schema${schema.failure.pointer}`],
        schema.failure.detail,
      ),
    );
  }
  const taken = Object.keys((schema?.value['properties'] as object | undefined) ?? {});
  const questions = acceptQuestions(request.questions ?? [], taken);
  if (!questions.ok)
    return fail(
      problemAt(
        'invalid_request',
        [`questions${questions.failure.pointer}`],
        questions.failure.detail,
      ),
    );
  const joined = schemaOfQuestions(questions.value, schema?.value ?? null);
  if (!joined.ok)
    return fail(
      problemAt('result_schema_invalid', [joined.failure.pointer.slice(1)], joined.failure.detail),
    );
  return ok({ questions: questions.value, result_schema: joined.value });
}
