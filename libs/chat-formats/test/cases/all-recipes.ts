import type { Recipe } from './case';
import { exportRecipes } from './export-recipes';
import { allSignalRecipes } from './signal-recipes';
import { whatsAppRecipes } from './whatsapp-recipes';

/** All cases that are made here, in the order of their names. */
export const allRecipes = (): readonly Recipe[] =>
  [...whatsAppRecipes(), ...allSignalRecipes(), ...exportRecipes()].sort((left, right) =>
    left.name < right.name ? -1 : 1,
  );
