import { dashboardConfig, type DashboardConfig } from './config';
import { FiguresReader } from './figures';
import { Identity } from './identity';

/** What the routes of one process share. */
export interface Dashboard {
  readonly config: DashboardConfig;
  readonly identity: Identity;
  readonly figures: FiguresReader;
}

let dashboard: Dashboard | undefined;

/** Made at the first request, so that a build needs no environment. @throws DashboardError `invalid-configuration` */
export function thisDashboard(): Dashboard {
  if (dashboard === undefined) {
    const config = dashboardConfig();
    dashboard = { config, identity: new Identity(config), figures: new FiguresReader(config.apiUrl) };
  }
  return dashboard;
}
