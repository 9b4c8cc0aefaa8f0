import { describe, expect, it } from 'vitest';
import { fillPath, problemsOf, routes, type Route } from './index';

const table: [string, Route][] = Object.entries(routes);

describe('routes', () => {
  it('has one operation per method and path when all tables are merged', () => {
    const signatures = table.map(([, route]) => `${route.method} ${route.path}`);
    expect(new Set(signatures).size).toBe(signatures.length);
    expect(signatures.length).toBe(74);
  });

  it.each(table)('%s names in its path exactly the parameters of its schema', (_, route) => {
    const inPath = Array.from(route.path.matchAll(/\{\+?(\w+)\}/g), (match) => match[1]!);
    expect(inPath).toEqual(Object.keys(route.params?.shape ?? {}));
  });

  it.each(table)('%s carries its statement where its schemas say so', (_, route) => {
    if (route.auth === 'owner') expect(route.statement).toBeDefined();
    if (route.statement?.carrier === 'header')
      expect(Object.keys(route.headers?.shape ?? {})).toContain('coffer-statement');
    if (route.statement?.carrier === 'body') expect(route.body?.kind).toBe('json');
  });

  it.each(table)('%s never asks for a body when it is a GET, HEAD or DELETE', (_, route) => {
    if (['GET', 'HEAD', 'DELETE'].includes(route.method)) expect(route.body).toBeUndefined();
  });
});

describe('problemsOf', () => {
  it('lists staff refusals and no owner refusals when the route is for staff', () => {
    expect(problemsOf(routes.getOpsVault)).toEqual([
      'malformed',
      'unauthenticated',
      'token-expired',
      'forbidden',
      'service-unavailable',
      'rate-limited',
    ]);
  });

  it('lists what a statement can be refused for when the route is for the owner', () => {
    const codes = problemsOf(routes.startPurge);
    expect(codes).toContain('statement-invalid');
    expect(codes).toContain('challenge-spent');
    expect(codes).toContain('wrong-owner-generation');
    expect(codes).toContain('fresh-login-required');
  });
});

describe('fillPath', () => {
  it('encodes a parameter and keeps the slashes of a path when both are there', () => {
    expect(fillPath(routes.getObject, { repositoryId: 'a/b', path: 'packs/1/x y' })).toBe(
      '/v1/repositories/a%2Fb/objects/packs/1/x%20y',
    );
  });

  it('throws when a parameter is missing', () => {
    expect(() => fillPath(routes.getObject, { repositoryId: 'a' })).toThrow(RangeError);
  });
});
