/** The access code with which a patient signs in without NHS login: two words, printed on the letter (ers.md §5). */
import type { Random } from '../../../kernel/random.ts';
import type { Sealer } from '../../../kernel/sealer.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { unprocessable } from '../errors.ts';
import { accessCodeOf, giveAccessCode } from '../store/access-codes.ts';

/** 128 plain words, so that seven bits draw one evenly. */
const WORDS =
  'acorn amber anchor apple arrow autumn badge bamboo basil beach bell berry birch blossom bread bridge bright butter button candle canoe castle cedar chalk cherry circle clover cobble copper coral cotton cradle crystal daisy dawn desert dolphin dragon eagle ember fabric falcon feather fern field finch flint forest fossil fountain garden garlic ginger glacier granite grape harbour hazel heather heron honey island ivory jacket jasmine jewel juniper kettle kitten ladder lagoon lantern laurel lemon lilac linen lotus maple marble meadow melon mint mirror morning mountain nectar nettle oak ocean olive orchard otter paper pebble pepper pigeon pillow planet plum pocket poppy prairie quartz rabbit raven ribbon river robin rocket saddle saffron sailor salmon sapphire shadow silver sparrow spruce summer sunset thistle thunder tulip velvet violet walnut willow wren'.split(
    ' ',
  );

/** Draws a code of the form `wer qwerty`: two words of lower case with a blank between. */
export function drawAccessCode(random: Pick<Random, 'bytes'>): string {
  return [...random.bytes(2)].map((byte) => WORDS[byte % WORDS.length]).join(' ');
}

/**
 * The patient's access code, given at the first letter and the same ever after.
 *
 * Throws NO_ACCESS_CODE (422) when it was withdrawn (`PUT /_localspine/ers/access-codes/{nhsNumber}`).
 */
export async function requireAccessCode(
  world: { readonly random: Random; readonly sealer: Sealer },
  tx: Db,
  instance: string,
  nhsNumber: string,
): Promise<string> {
  const { sealer, random } = world;
  let code = await accessCodeOf(tx, sealer, instance, nhsNumber);
  if (code === undefined) {
    await giveAccessCode(tx, sealer, instance, nhsNumber, drawAccessCode(random));
    code = await accessCodeOf(tx, sealer, instance, nhsNumber);
  }
  if (code !== null && code !== undefined) return code;
  throw unprocessable(
    'NO_ACCESS_CODE',
    `'Patient' (${nhsNumber}) has no access code.`,
    'The access code of the patient was withdrawn through the admin API.',
    'Give the patient a code again: PUT /_localspine/ers/access-codes/{nhsNumber} with {"code":"two words"}.',
  );
}
