/**
 * Unpacks the engine: LZMA makes an eighth less of it than the formats that browsers unpack.
 *
 * The names are those of the specification of LZMA. It trusts its input, which comes with the
 * package.
 *
 * @module
 */

/** Of the format `.lzma`: properties, the size of the dictionary, the size of what was packed. */
const HEADER_BYTES = 13;

/** The range is widened when it falls below. */
const NARROW = 2 ** 24;

/** Probabilities that a bit is 0, in 2048ths, and by how much each bit moves its own. */
const EVEN = 1024;
const CERTAIN = 2048;
const MOVE_BITS = 5;

const STATES = 12;
const SHORTEST_MATCH = 2;
const LITERAL_CONTEXT_BITS = 3;

/** Distance slots below it are distances, and those below the second have a model of their own. */
const FIRST_MODEL_SLOT = 4;
const END_MODEL_SLOT = 14;
const ALIGN_BITS = 4;

/**
 * @param {Uint8Array<ArrayBuffer>} packed In the format `.lzma`, with the properties lc = 3 and
 *   lp = pb = 0, the size of what was packed, which is below 4 GiB, and no marker at the end.
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function unpack(packed) {
  const output = new Uint8Array(new DataView(packed.buffer, packed.byteOffset).getUint32(5, true));
  const coder = new RangeDecoder(packed.subarray(HEADER_BYTES));
  const isMatch = probabilities(STATES);
  const isRep = probabilities(STATES);
  const isRepG0 = probabilities(STATES);
  const isRepG1 = probabilities(STATES);
  const isRepG2 = probabilities(STATES);
  const isRep0Long = probabilities(STATES);
  const literals = new LiteralDecoder();
  const distance = new DistanceDecoder();
  const matchLength = new LengthDecoder();
  const repLength = new LengthDecoder();
  /** The last four distances, the latest first; 1 is that of the byte before. */
  const reps = [1, 1, 1, 1];
  let state = 0;
  let at = 0;

  const latest = () => output[at - (reps[0] ?? 1)] ?? 0;

  /** Which of the last distances it is. */
  function repIndex() {
    if (!coder.bit(isRepG0, state)) return 0;
    if (!coder.bit(isRepG1, state)) return 1;
    return 2 + coder.bit(isRepG2, state);
  }

  while (at < output.length) {
    if (!coder.bit(isMatch, state)) {
      const expected = state < 7 ? undefined : latest();
      output[at] = literals.decode(coder, output[at - 1] ?? 0, expected);
      at += 1;
      state = state < 4 ? 0 : state - (state < 10 ? 3 : 6);
      continue;
    }
    let length = 1;
    if (!coder.bit(isRep, state)) {
      length = matchLength.decode(coder);
      reps.pop();
      reps.unshift(distance.decode(coder, length));
      state = state < 7 ? 7 : 10;
    } else {
      const index = repIndex();
      if (index === 0 && !coder.bit(isRep0Long, state)) {
        state = state < 7 ? 9 : 11;
      } else {
        reps.unshift(...reps.splice(index, 1));
        length = repLength.decode(coder);
        state = state < 7 ? 8 : 11;
      }
    }
    // Byte by byte: a match may overlap what it makes.
    for (const end = at + length; at < end; at += 1) output[at] = latest();
  }
  return output;
}

class RangeDecoder {
  #input;
  #at = 1;
  #range = 2 ** 32 - 1;
  #code = 0;

  /** @param {Uint8Array} input */
  constructor(input) {
    this.#input = input;
    for (let byte = 0; byte < 4; byte += 1) this.#code = this.#code * 256 + this.#next();
  }

  #next() {
    return this.#input[this.#at++] ?? 0;
  }

  #widen() {
    if (this.#range >= NARROW) return;
    this.#range *= 256;
    this.#code = this.#code * 256 + this.#next();
  }

  /**
   * The next bit, by its probability, which learns from it.
   *
   * @param {Uint16Array} model
   * @param {number} index
   * @returns {0 | 1}
   */
  bit(model, index) {
    const probability = model[index] ?? EVEN;
    const bound = (this.#range >>> 11) * probability;
    const bit = this.#code < bound ? 0 : 1;
    if (bit === 0) {
      this.#range = bound;
      model[index] = probability + ((CERTAIN - probability) >> MOVE_BITS);
    } else {
      this.#range -= bound;
      this.#code -= bound;
      model[index] = probability - (probability >> MOVE_BITS);
    }
    this.#widen();
    return bit;
  }

  /**
   * So many bits that are 0 as often as 1.
   *
   * @param {number} count
   */
  direct(count) {
    let value = 0;
    for (let left = count; left > 0; left -= 1) {
      this.#range = Math.floor(this.#range / 2);
      const bit = this.#code < this.#range ? 0 : 1;
      if (bit) this.#code -= this.#range;
      value = value * 2 + bit;
      this.#widen();
    }
    return value;
  }

  /**
   * A number of so many bits, each by what stands before it.
   *
   * @param {Uint16Array} model
   * @param {number} count
   */
  tree(model, count) {
    let node = 1;
    for (let left = count; left > 0; left -= 1) node = node * 2 + this.bit(model, node);
    return node - 2 ** count;
  }

  /**
   * The same, the lowest bit first.
   *
   * @param {Uint16Array} model
   * @param {number} count
   * @param {number} [base] Where the model begins.
   */
  reverseTree(model, count, base = 0) {
    let node = 1;
    let value = 0;
    for (let place = 0; place < count; place += 1) {
      const bit = this.bit(model, base + node);
      node = node * 2 + bit;
      value += bit * 2 ** place;
    }
    return value;
  }
}

class LiteralDecoder {
  #model = probabilities(0x300 << LITERAL_CONTEXT_BITS);

  /**
   * @param {RangeDecoder} coder
   * @param {number} before The byte before.
   * @param {number | undefined} expected After a match, the byte with which that would have gone
   *   on: it is likely not that one.
   */
  decode(coder, before, expected) {
    const base = 0x300 * (before >> (8 - LITERAL_CONTEXT_BITS));
    let node = 1;
    for (let place = 7; expected !== undefined && place >= 0; place -= 1) {
      const other = (expected >> place) & 1;
      const bit = coder.bit(this.#model, base + 0x100 * (1 + other) + node);
      node = node * 2 + bit;
      if (bit !== other) break;
    }
    while (node < 0x100) node = node * 2 + coder.bit(this.#model, base + node);
    return node - 0x100;
  }
}

class LengthDecoder {
  #choice = probabilities(2);
  #low = probabilities(8);
  #mid = probabilities(8);
  #high = probabilities(256);

  /** @param {RangeDecoder} coder */
  decode(coder) {
    if (!coder.bit(this.#choice, 0)) return SHORTEST_MATCH + coder.tree(this.#low, 3);
    if (!coder.bit(this.#choice, 1)) return SHORTEST_MATCH + 8 + coder.tree(this.#mid, 3);
    return SHORTEST_MATCH + 16 + coder.tree(this.#high, 8);
  }
}

class DistanceDecoder {
  #slots = [64, 64, 64, 64].map(probabilities);
  #model = probabilities(128);
  #align = probabilities(2 ** ALIGN_BITS);

  /**
   * @param {RangeDecoder} coder
   * @param {number} length Of the match.
   */
  decode(coder, length) {
    const [two, three, four, more] = this.#slots;
    const slots = { 2: two, 3: three, 4: four }[length] ?? more ?? probabilities(64);
    const slot = coder.tree(slots, 6);
    if (slot < FIRST_MODEL_SLOT) return 1 + slot;
    const bits = (slot >> 1) - 1;
    const base = (2 + (slot & 1)) * 2 ** bits;
    if (slot < END_MODEL_SLOT) return 1 + base + coder.reverseTree(this.#model, bits, base - slot);
    const high = coder.direct(bits - ALIGN_BITS) * 2 ** ALIGN_BITS;
    return 1 + base + high + coder.reverseTree(this.#align, ALIGN_BITS);
  }
}

/** @param {number} count */
function probabilities(count) {
  return new Uint16Array(count).fill(EVEN);
}
