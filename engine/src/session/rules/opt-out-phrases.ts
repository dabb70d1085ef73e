// What people say when they want no more calls, per language, as patterns on plain words (no accents, lower case).
// No native speaker has gone through these yet but for English. A wish with a time, such as not before noon, is no opt-out:
// bare forms count only where the sentence ends after them.
import type { SpokenLanguage } from './spoken-languages.ts';

/** Where the clause ends: so that a bare form is not followed by a time or another person. */
const END = '(?=\\s*(?:[.,;:!?…]|$|and\\b|or\\b|please\\b|e\\b|por favor\\b|y\\b|et\\b|und\\b))';

export const OPT_OUT_PHRASES: Readonly<Record<SpokenLanguage, readonly string[]>> = {
  en: [
    // The words before tell an order from a report: they do not call me.
    `(?<!\\b(?:you|they|we|i|he|she|it|people|why|who) )\\b(?:do not|don't|dont) (?:ever )?(?:call|phone|ring|contact|bother)(?: (?:me|us|here|this number|this house))?${END}`,
    "\\b(?:do not|don't|dont|never) (?:ever )?(?:call|phone|ring|contact)(?: (?:me|us|here|this number))? (?:again|any ?more|ever)\\b",
    "\\b(?:do not|don't|dont) want (?:any|any more|more|these|your|to get|to receive|you to call|to be called)(?: more)?(?: calls?| again| any ?more|\\b)(?! (?:at|before|after|on|until|now|today|tomorrow))",
    '\\b(?:stop|quit) (?:calling|phoning|ringing|contacting)\\b',
    '\\b(?:remove|delete|take|erase) (?:me|my number|us|our number|this number)(?: off| from| out|[.,!]|$)',
    '\\bopt(?:ing)? (?:me )?out\\b',
    '\\bunsubscribe\\b',
    '\\bno more (?:phone )?calls\\b',
    '\\b(?:put me on|add me to) (?:the|your) do.?not.?call list\\b',
  ],
  'pt-pt': [
    '\\bnao (?:me |nos )?(?:volte|voltem|torne|tornem) a (?:ligar|telefonar|contactar)(?:-me|-nos)?\\b',
    '\\bnao (?:me |nos )?(?:ligue|liguem|telefone|telefonem|contacte|contactem) (?:mais|nunca mais|outra vez|de novo)\\b',
    `\\bnao (?:me|nos) (?:ligue|liguem|telefone|telefonem|contacte|contactem)${END}`,
    '\\b(?:pare|parem|deixe|deixem) de (?:me |nos )?(?:ligar|telefonar|contactar)\\b',
    '\\b(?:retire|retirem|remova|removam|apague|apaguem|tire|tirem) (?:o )?meu (?:numero|contacto|nome)\\b',
    '\\bnao quero (?:receber )?mais (?:chamadas|telefonemas|contactos)\\b',
    '\\bnao quero (?:voltar a )?ser (?:mais )?contactad[oa]\\b',
    '\\bnao quero que me (?:voltem a ligar|liguem mais|contactem mais)\\b',
  ],
  'pt-br': [
    '\\bnao (?:me )?(?:ligue|liguem|liga|ligar) (?:mais|nunca mais|de novo|outra vez)\\b',
    '\\bnao (?:ligue|liguem|liga) (?:mais )?(?:para|pra) (?:mim|ca|esse numero|este numero)(?: mais)?\\b',
    '\\b(?:pare|parem|para) de (?:me )?(?:ligar|telefonar|contatar)\\b',
    '\\b(?:tira|tire|tirem|remove|remova|retira|retire|apaga|apague|exclua) (?:o )?meu (?:numero|contato|nome|telefone)\\b',
    '\\bnao quero (?:receber )?mais (?:ligacoes|ligacao|chamadas)\\b',
    '\\bme (?:tira|tire|tirem|remove|remova) da (?:sua )?lista\\b',
  ],
  es: [
    '\\bno (?:me |nos )?(?:vuelva|vuelvan|vuelvas) a llamar(?:me|nos)?\\b',
    '\\bno (?:me |nos )?(?:llame|llamen|llames) (?:mas|nunca mas|otra vez|de nuevo)\\b',
    `\\bno (?:me|nos) (?:llame|llamen|llames)${END}`,
    '\\b(?:deje|dejen|deja|pare|paren) de llamar(?:me|nos)?\\b',
    '\\b(?:quite|quiten|borre|borren|elimine|eliminen|retire|retiren) mi (?:numero|telefono|nombre)\\b',
    '\\b(?:quiteme|quitenme|borreme|borrenme|saqueme|saquenme) de (?:la|su) lista\\b',
    '\\bno quiero (?:recibir )?mas llamadas\\b',
    '\\bno quiero que me (?:llame|llamen|llames) mas\\b',
  ],
  fr: [
    "\\b(?:m'|me |nous )(?:r?appele[zr]|r?appelle|telephonez|contactez) plus\\b",
    `\\bne (?:m'|me |nous )(?:r?appelez|r?appelle|telephonez|contactez) pas${END}`,
    "\\b(?:arretez|arrete|cessez) (?:de (?:m'|me |nous )|d')?(?:r?appeler|telephoner|contacter)\\b",
    '\\b(?:retirez|supprimez|effacez|enlevez) (?:mon numero|mon nom)\\b',
    '\\b(?:retirez|supprimez|enlevez)[- ]moi de (?:la|votre) liste\\b',
    "\\bveux plus (?:etre (?:r?appele|contacte)e?|recevoir d'appels|d'appels|que vous m'appeliez)\\b",
  ],
  de: [
    '\\bruf(?:en sie|t)? (?:mich|uns|hier)(?: bitte)? (?:nicht mehr|nie mehr|nie wieder|nicht wieder|nicht noch einmal) an\\b',
    `\\bruf(?:en sie|t)? (?:mich|uns|hier)(?: bitte)? nicht an${END}`,
    '\\b(?:nicht mehr|nie wieder|nie mehr) an(?:zu)?rufen\\b',
    '\\bhoren sie auf(?:,? (?:mich|uns|hier))? anzurufen\\b',
    '\\b(?:streichen|loschen|entfernen) sie (?:mich|uns|meine (?:nummer|telefonnummer|daten))\\b',
    '\\bnehmen sie (?:mich|meine nummer) (?:von|aus) (?:der|ihrer) liste\\b',
    '\\b(?:nicht mehr|nie wieder) angerufen werden\\b',
    '\\bkeine (?:weiteren )?anrufe mehr\\b|\\bkeine weiteren anrufe\\b',
  ],
  it: [
    "\\bnon (?:mi |ci )?(?:chiami|chiamate|chiamare|richiami|richiamate|telefoni|telefonate|contatti|contattate)(?:mi|ci)? (?:piu|mai piu|di nuovo|un'altra volta)\\b",
    `\\bnon (?:mi|ci) (?:chiami|chiamate|richiami|richiamate|telefoni|telefonate|contatti|contattate)${END}`,
    '\\b(?:smetta|smettete|smettetela|smettila|la smetta) di (?:chiamar|telefonar|contattar)(?:e|mi|ci)\\b',
    '\\b(?:cancelli|cancellate|tolga|togliete|rimuova|rimuovete|elimini) (?:il )?mio (?:numero|nome)\\b',
    '\\bmi (?:tolga|tolgano|cancelli|rimuova) dall[ae] (?:vostra |sua )?list[ae]\\b',
    '\\bnon voglio (?:piu )?(?:ricevere )?(?:piu |altre )?(?:chiamate|telefonate)\\b',
    '\\bnon voglio (?:piu )?essere (?:piu )?(?:chiamat[oa]|contattat[oa])\\b',
  ],
};
