/** An audio packet on its way into a file; `ticks` is its unwrapped RTP timestamp. */
export interface AudioPacket {
  ticks: number;
  sequenceNumber: number | null;
  data: Uint8Array;
  arrivalMs: number;
}

/** A packet that comes later than this after one that follows it is not waited for. */
const HOLD_MS = 200;

/**
 * Puts audio packets in order of their RTP timestamps and drops doubles: encoded frames come before any jitter buffer.
 * In order they pass at once; after a gap the followers wait for the missing ones for HOLD_MS at most.
 */
export class ReorderBuffer {
  #waiting: AudioPacket[] = [];
  #lastTicks: number | null = null;
  #lastSequence: number | null = null;
  /** Packets that never came, by sequence number; silence by DTX has no gap in the numbers and is none. */
  lost = 0;
  /** Packets that came too late to be put in their place. */
  late = 0;

  /** Packets that were counted as lost and those that are still waited for. */
  get missing(): number {
    const next = this.#waiting[0];
    return this.lost + (next ? this.#missingBefore(next) : 0);
  }

  /** @returns the packets that can be written now, in order. */
  push(packet: AudioPacket): AudioPacket[] {
    if (this.#lastTicks !== null && packet.ticks <= this.#lastTicks) {
      if (packet.ticks < this.#lastTicks) this.late += 1;
      return [];
    }
    if (this.#waiting.some((other) => other.ticks === packet.ticks)) return [];
    this.#waiting.push(packet);
    this.#waiting.sort((a, b) => a.ticks - b.ticks);
    return this.#release(packet.arrivalMs);
  }

  /** @returns everything that still waits, in order. */
  flush(): AudioPacket[] {
    return this.#release(Infinity);
  }

  #release(nowMs: number): AudioPacket[] {
    const out: AudioPacket[] = [];
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const missing = this.#missingBefore(next);
      if (missing > 0 && nowMs - next.arrivalMs < HOLD_MS) break;
      this.lost += missing;
      this.#waiting.shift();
      this.#lastTicks = next.ticks;
      this.#lastSequence = next.sequenceNumber ?? this.#lastSequence;
      out.push(next);
    }
    return out;
  }

  /** Packets between the last one written and `next`, by their 16-bit sequence numbers; 0 where there are none. */
  #missingBefore(next: AudioPacket): number {
    if (this.#lastSequence === null || next.sequenceNumber === null) return 0;
    const step = (next.sequenceNumber - this.#lastSequence) & 0xffff;
    return step > 0 && step < 0x8000 ? step - 1 : 0;
  }
}
