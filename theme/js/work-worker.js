// Finds a number such that SHA-256 of "CHALLENGE.NUMBER" begins with as many zero bits as asked.
const AT_ONCE = 256;

function zeroBits(hash) {
  let bits = 0;
  for (const byte of new Uint8Array(hash)) {
    if (byte) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}

async function find({ challenge, bits }) {
  const encoder = new TextEncoder();
  for (let from = 0; ; from += AT_ONCE) {
    const texts = Array.from({ length: AT_ONCE }, (_, i) => `${challenge}.${from + i}`);
    const hashes = await Promise.all(texts.map((text) => crypto.subtle.digest("SHA-256", encoder.encode(text))));
    const at = hashes.findIndex((hash) => zeroBits(hash) >= bits);
    if (at >= 0) return texts[at];
  }
}

self.onmessage = async (event) => { self.postMessage(await find(event.data)); };
