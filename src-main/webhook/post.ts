import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isPrivateAddress, PrivateNetworkError, publicLookup } from './private-network.ts';

export interface PostOptions {
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Whether the address may be this computer's or the local network's. */
  allowPrivate: boolean;
  /** The answer's body is read up to here. */
  maxBodyCharacters: number;
  signal: AbortSignal;
}

export interface PostAnswer {
  status: number;
  location: string | null;
  body: string;
}

/** One POST, no redirect followed. Throws what Node's HTTP throws, and `PrivateNetworkError`. */
export function postOnce(url: string, options: PostOptions): Promise<PostAnswer> {
  const { protocol, hostname } = new URL(url);
  return new Promise((resolve, reject) => {
    // Node asks `lookup` for names only.
    if (!options.allowPrivate && isPrivateAddress(hostname))
      throw new PrivateNetworkError(`${hostname} lies in a private network`);
    const send = protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(
      url,
      {
        method: 'POST',
        headers: { ...options.headers, 'content-length': Buffer.byteLength(options.body) },
        signal: options.signal,
        agent: false,
        ...(options.allowPrivate ? {} : { lookup: publicLookup }),
      },
      (response) => {
        readText(response, options.maxBodyCharacters).then(
          (body) => resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? null, body }),
          reject,
        );
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}

async function readText(response: IncomingMessage, maxCharacters: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= maxCharacters) break;
  }
  response.destroy();
  return text;
}
