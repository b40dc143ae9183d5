/**
 * The bytes of a download in order, from the first one on, while it downloads.
 *
 * Pulled, never pushed: the next bytes are asked for when the reader wants them, so that a slow
 * one holds no more than a chunk in memory. What it may be given is decided in the engine.
 *
 * @module
 */

/** @typedef {ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>} StreamController */

/**
 * @typedef {object} Supplier
 * @property {(from: number, limit: number) => Promise<Uint8Array<ArrayBuffer> | null>} read The
 *   next bytes, once they are stored; null at the end of the file.
 * @property {() => void} leave Nobody will read any more.
 * @property {(controller: StreamController) => void} [start] Given what can fail the stream between
 *   two reads.
 */

/** The most that is read at once, in bytes. */
const CHUNK = 2 ** 20;

/**
 * @param {Supplier} supplier
 * @returns {ReadableStream<Uint8Array<ArrayBuffer>>}
 */
export function stream({ read, leave, start = () => {} }) {
  let offset = 0;

  /** @param {StreamController} controller */
  async function pull(controller) {
    try {
      const bytes = await read(offset, CHUNK);
      if (bytes) {
        offset += bytes.byteLength;
        controller.enqueue(bytes);
        return;
      }
    } catch (error) {
      leave();
      throw error;
    }
    leave();
    controller.close();
    // A reader that brought its own buffer gets it back.
    if ("byobRequest" in controller) controller.byobRequest?.respond(0);
  }

  const source = { start, pull, cancel: leave };
  const strategy = { highWaterMark: 0 };
  try {
    return new ReadableStream({ ...source, type: "bytes" }, strategy);
  } catch {
    // Not every browser has streams of bytes.
    return new ReadableStream(source, strategy);
  }
}
