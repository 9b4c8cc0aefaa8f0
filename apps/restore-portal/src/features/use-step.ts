'use client';

import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';
import { forgetReturn, returnStep } from './last-resort/fresh-sign-in';

/** The steps about the account, which need a sign-in and no open backup. */
export const safetySteps = ['safety', 'messages', 'rotation', 'new-start', 'deletion', 'setup', 'key-check'] as const;

/** Where in the portal a person is. Never in the address: what is read there would stay in the history of the browser. */
const steps = ['backups', 'unlock', 'reader', 'chat', 'passkey', 'drill', ...safetySteps] as const;
export type Step = (typeof steps)[number];

const stateKey = 'cofferStep';

/** Whether the person has left the screen that the page began with. */
let hasMoved = false;

/** Whether the page began with the screen that is shown: then a fresh sign-in led here, just now. */
export function isFirstScreen(): boolean {
  return !hasMoved;
}

/** The step, tied to the back button of the browser by its name alone. */
export function useStep(): readonly [Step, (step: Step, how?: 'push' | 'replace') => void] {
  // After a reload nothing is open, whatever the history remembers; a fresh sign-in leads back to who asked for it.
  const [first] = useState(() => knownStep(returnStep()));
  const [step, setStep] = useState<Step>(first);
  useEffect(() => {
    forgetReturn();
    window.history.replaceState({ ...currentState(), [stateKey]: first }, '');
    const follow = (event: PopStateEvent): void => {
      hasMoved = true;
      setStep(stepOf(event.state));
    };
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, [first]);
  const go = useCallback((next: Step, how: 'push' | 'replace' = 'push') => {
    const state = { ...currentState(), [stateKey]: next };
    hasMoved = true;
    if (how === 'push') window.history.pushState(state, '');
    else window.history.replaceState(state, '');
    setStep(next);
  }, []);
  return [step, go];
}

function currentState(): Readonly<Record<string, unknown>> {
  const state: unknown = window.history.state;
  return typeof state === 'object' && state !== null ? (state as Record<string, unknown>) : {};
}

function stepOf(state: unknown): Step {
  const named: unknown = typeof state === 'object' && state !== null && stateKey in state ? state[stateKey] : undefined;
  return knownStep(named);
}

function knownStep(named: unknown): Step {
  return steps.find((step) => step === named) ?? 'backups';
}

/** For the heading of a screen: it gets the focus when the person came from another screen, so that keyboards go on there. */
export function useArrivalFocus(): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hasMoved) heading.current?.focus({ preventScroll: true });
  }, []);
  return heading;
}
