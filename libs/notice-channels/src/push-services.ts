/**
 * Whether a subscription's endpoint is one of a push service that this deployment knows. A subscription is what its account says, and
 * the worker sends requests there: without a list it could be made to send them into the operator's own network.
 *
 * @param services - origins; a host that begins with `*.` stands for every host below it
 */
export function isOfPushService(endpoint: string, services: readonly string[]): boolean {
  const url = URL.parse(endpoint);
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return false;
  return services.some((service) => {
    const [, protocol, wildcard, host] = /^(https?:)\/\/(\*\.)?(.+)$/.exec(service) ?? [];
    if (protocol !== url.protocol || host === undefined) return false;
    return wildcard === undefined ? url.host === host : url.host.endsWith(`.${host}`);
  });
}
