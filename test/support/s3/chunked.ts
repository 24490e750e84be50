import { Transform } from 'node:stream';
import { S3Error } from './errors.ts';

/** Takes the `aws-chunked` framing off a body (`SIZE[;extension]CRLF data CRLF ... 0 CRLF trailers CRLF`). */
export function decodeAwsChunked(): Transform {
  let pending: Buffer = Buffer.alloc(0);
  let remaining = 0;
  let state: 'size' | 'data' | 'data-end' | 'trailer' = 'size';
  const step = (push: (chunk: Buffer) => void): boolean => {
    if (state === 'trailer') {
      pending = Buffer.alloc(0);
      return false;
    }
    if (state === 'data') {
      if (pending.length === 0) return false;
      const chunk = pending.subarray(0, remaining);
      push(chunk);
      remaining -= chunk.length;
      pending = pending.subarray(chunk.length);
      if (remaining === 0) state = 'data-end';
      return true;
    }
    const end = pending.indexOf('\r\n');
    if (end < 0) return false;
    const line = pending.toString('latin1', 0, end);
    pending = pending.subarray(end + 2);
    if (state === 'data-end') {
      state = 'size';
    } else {
      remaining = parseInt(line, 16);
      if (Number.isNaN(remaining)) throw new S3Error('IncompleteBody', `"${line}" is not the size of a chunk`);
      state = remaining === 0 ? 'trailer' : 'data';
    }
    return true;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        pending = Buffer.concat([pending, chunk]);
        while (step((data) => this.push(data)));
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
    flush(done) {
      done(state === 'trailer' ? null : new S3Error('IncompleteBody', 'The body ended within a chunk'));
    },
  });
}
