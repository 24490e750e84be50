import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Actions } from './actions.ts';
import type { UiState, UiStore } from './store.ts';

/** The one thing that React knows of the state: where it is. */
export const UiContext = createContext<{ store: UiStore; actions: Actions } | null>(null);

function useUiContext(): { store: UiStore; actions: Actions } {
  const context = useContext(UiContext);
  if (context === null) throw new Error('a screen is drawn outside of App');
  return context;
}

/** A part of the state; the component is drawn again when that part changes. */
export const useUi = <Part>(select: (state: UiState) => Part): Part => useStore(useUiContext().store, select);

export const useActions = (): Actions => useUiContext().actions;
