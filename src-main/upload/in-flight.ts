import { RollcallError } from '../contract/errors.ts';

/** Bodies on the wire that a session begins with. */
const FIRST_BODIES = 2;
/** Once connections break, so much of what has arrived may be lost by the next break, in all. */
const LOSS_BUDGET = 0.02;

export interface InFlightLimit {
  requests: number;
  bytes: number;
}

/**
 * At most so many parts, and bytes of them in memory, at once, over several files; one may always go. Of these only so
 * many send their bodies at the same time as the network has shown itself worth: a broken connection costs what it
 * carried of its part, and an outage that of every connection. It begins with two, and each so many successes allow one
 * more. A break leaves one; from then on more are allowed only as far as the next break keeps all that was lost
 * within 2% of what has arrived. A store that is busy is given half.
 */
export class InFlight {
  readonly #limit: InFlightLimit;
  readonly #parts: { bytes: number; start: () => void }[] = [];
  readonly #bodies: (() => void)[] = [];
  /** Memory of parts that have arrived: what is freed only when the collector comes by adds up to hundreds of MiB. */
  readonly #free: Buffer[] = [];
  #requests = 0;
  #bytes = 0;
  #sending = 0;
  #allowed: number;
  #successes = 0;
  #arrivedBytes = 0;
  #lostBytes = 0;
  #wastedBytes = 0;
  #hasBroken = false;

  constructor(limit: InFlightLimit) {
    this.#limit = limit;
    this.#allowed = Math.min(FIRST_BODIES, limit.requests);
  }

  /** Bodies that may be on the wire at once, now. */
  get allowed(): number {
    return this.#allowed;
  }

  /** Holds a part's place in memory while `work` sends it, however often; `memory` is its own until then. */
  async run<T>(bytes: number, work: (memory: Buffer) => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#parts.push({ bytes, start });
      this.#startParts();
    });
    try {
      const memory = this.#take(bytes);
      const result = await work(memory.subarray(0, bytes));
      // After a failure a connection may still hold it.
      this.#free.push(memory);
      return result;
    } finally {
      this.#requests -= 1;
      this.#bytes -= bytes;
      this.#startParts();
    }
  }

  /**
   * One attempt to send a body, when its turn comes.
   * @param wastedBytes that the store's connections have carried in vain so far.
   */
  async send<T>(bytes: number, wastedBytes: () => number, attempt: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#bodies.push(start);
      this.#startBodies();
    });
    try {
      const result = await attempt();
      this.#arrived(bytes);
      return result;
    } catch (error) {
      this.#failed(error, wastedBytes());
      throw error;
    } finally {
      this.#sending -= 1;
      this.#startBodies();
    }
  }

  /** A part whose request failed had arrived all the same. */
  foundArrived(bytes: number): void {
    this.#lostBytes = Math.max(0, this.#lostBytes - bytes);
    this.#arrivedBytes += bytes;
  }

  #take(bytes: number): Buffer {
    const fits = this.#free.findIndex(({ length }) => length >= bytes);
    const [memory] = fits < 0 ? [] : this.#free.splice(fits, 1);
    if (memory !== undefined) return memory;
    // Smaller ones are of no use to files with larger parts.
    this.#free.length = 0;
    return Buffer.allocUnsafeSlow(bytes);
  }

  #arrived(bytes: number): void {
    this.#arrivedBytes += bytes;
    this.#successes += 1;
    if (this.#allowed >= this.#limit.requests || this.#successes < this.#allowed) return;
    const atStake = ((this.#allowed + 1) * bytes) / 2;
    if (this.#hasBroken && this.#lostBytes + atStake > LOSS_BUDGET * this.#arrivedBytes) return;
    this.#successes = 0;
    this.#allowed += 1;
  }

  #failed(error: unknown, wastedBytes: number): void {
    if (!(error instanceof RollcallError)) return;
    if (error.code === 'UPLOAD_NETWORK') {
      this.#hasBroken = true;
      this.#lostBytes += wastedBytes - this.#wastedBytes;
      this.#wastedBytes = wastedBytes;
      this.#allowed = 1;
    } else if (error.code === 'UPLOAD_BUSY') {
      this.#allowed = Math.max(1, Math.floor(this.#allowed / 2));
    } else return;
    this.#successes = 0;
  }

  #startParts(): void {
    for (let next = this.#parts[0]; next !== undefined; next = this.#parts[0]) {
      const full = this.#requests >= this.#limit.requests || this.#bytes + next.bytes > this.#limit.bytes;
      if (full && this.#requests > 0) return;
      this.#parts.shift();
      this.#requests += 1;
      this.#bytes += next.bytes;
      next.start();
    }
  }

  #startBodies(): void {
    while (this.#sending < this.#allowed) {
      const start = this.#bodies.shift();
      if (start === undefined) return;
      this.#sending += 1;
      start();
    }
  }
}
