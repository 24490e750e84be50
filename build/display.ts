import { RollcallError } from '../src-main/contract/errors.ts';
import { openDisplay as open, type Display } from '../src-main/shell/virtual-display.ts';
import { SetupError } from './setup/provision.ts';

export type { Display };

/** As the app opens one; what goes wrong is a set-up error here. */
export async function openDisplay(options: { oneClient?: boolean } = {}): Promise<Display> {
  try {
    return await open(options);
  } catch (error) {
    if (error instanceof RollcallError) throw new SetupError(`${error.message} ${error.remedy}`);
    throw error;
  }
}
