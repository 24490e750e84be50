import type { Linter } from 'eslint';

/** The part of an ESLint configuration that enforces the direction of imports below `root`. */
export declare const IMPORT_RULES: (root: string) => Pick<Linter.Config, 'settings' | 'rules'>;
