/** Where a repair may be killed, in its order; tests kill it at each. Applied again it goes on. */
export const repairSteps = [
  'repair-begun',
  'repair-leaves-written',
  'repair-tree-written',
  'repair-account-written',
  'repair-accounts-done',
  'repair-finished',
] as const;
export type RepairStep = (typeof repairSteps)[number];
