import { routes, type Route } from '@coffer/contracts';

// Staff have a screen of their own; health and docs are not for browsers.
const passed = Object.values<Route>(routes).filter(({ auth, path }) => auth !== 'staff' && path.startsWith('/v1/'));
const patterns = passed.map(({ method, path }) => ({ method, expression: toExpression(path) }));

/** Whether the portal passes a request on: only what the contract lists for accounts. */
export function isPassedOn(method: string, pathname: string): boolean {
  return patterns.some((pattern) => pattern.method === method && pattern.expression.test(pathname));
}

/** The route's template as an expression over the path as it is sent, percent-encoding and all. */
function toExpression(template: string): RegExp {
  const source = template
    .replaceAll(/[.*?^$()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\{\+\w+\}/g, '.+')
    .replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${source}$`);
}
