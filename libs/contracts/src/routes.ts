import { accountDeletionRoutes } from './account-deletion-routes';
import { accountRoutes } from './account-routes';
import { guessVetoRoutes } from './guess-veto-routes';
import { keyslotRoutes } from './keyslot-routes';
import { newStartRoutes } from './new-start-routes';
import { noticeRoutes } from './notice-routes';
import { opsRoutes } from './ops-routes';
import { purgeRoutes } from './purge-routes';
import { repositoryRoutes } from './repository-routes';
import { rotationRoutes } from './rotation-routes';

/** Every route of the API under its operation name (docs/wire.md, "Routes"). */
export const routes = {
  ...accountRoutes,
  ...accountDeletionRoutes,
  ...keyslotRoutes,
  ...guessVetoRoutes,
  ...newStartRoutes,
  ...rotationRoutes,
  ...noticeRoutes,
  ...repositoryRoutes,
  ...purgeRoutes,
  ...opsRoutes,
} as const;

/** Name of an operation. */
export type RouteName = keyof typeof routes;
