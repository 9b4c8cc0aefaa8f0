import { routes, type Route, type RouteName } from '@coffer/contracts';
import { applyDecorators, Delete, Get, Head, HttpCode, Post, Put, SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';

/** Where a handler's route is kept. */
export const routeMetadata = Symbol('route');

/** What the Fastify route knows of the contract. */
export interface ContractRouteConfig {
  readonly contract: RouteName;
}

const methods = { GET: Get, HEAD: Head, POST: Post, PUT: Put, DELETE: Delete } as const;

/** Makes a handler the one of a route of the contract: method, path, status, access and validation follow from it. */
export function ContractRoute(name: RouteName): MethodDecorator {
  const route: Route = routes[name];
  const config: ContractRouteConfig = { contract: name };
  return applyDecorators(
    methods[route.method](toNestPath(route.path)),
    HttpCode(route.status),
    SetMetadata(routeMetadata, name),
    RouteConfig(config),
  );
}

/** `{name}` is `:name`, `{+path}` the rest of the path. */
function toNestPath(template: string): string {
  return template.replaceAll(/\{\+\w+\}/g, '*').replaceAll(/\{(\w+)\}/g, ':$1');
}
