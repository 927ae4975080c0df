// Makes random documents and events, and what independent programs say their canonical forms and fingerprints are:
// canonical JSON by npm's canonicalize, XXH3-128 by npm's hash-wasm. Writes them to standard output in COPY's text form:
//   id, document, strict form (null where a number overflows a double), exact form, fingerprint,
//   contact_email, event_type, event_name, event_source, event_timestamp, event_fingerprint
// The payload of an event is its row's document.
//   node recompute.mjs COUNT SEED
import canonicalize from 'canonicalize';
import { createXXHash128 } from 'hash-wasm';

const [count, seed] = process.argv.slice(2).map(Number);

// mulberry32: the same documents for the same seed everywhere.
let state = seed >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const times = (n, make) => Array.from({ length: n }, make);
const digits = (n) => times(n, (_, i) => String(i === 0 ? 1 + below(9) : below(10))).join('');

function character() {
  switch (below(10)) {
    case 0: return String.fromCodePoint(1 + below(0x1f)); // jsonb has no U+0000
    case 1: return pick(['"', '\\', '/', '\u007f', '\u2028']);
    case 2: return String.fromCodePoint(0x80 + below(0x700));
    case 3: return String.fromCodePoint(0xe000 + below(0x1ffe));
    case 4: return String.fromCodePoint(0x10000 + below(0x100000));
    case 5: return String.fromCodePoint(0x3040 + below(0x1000));
    default: return String.fromCodePoint(0x20 + below(95));
  }
}
const text = (longest) => times(below(longest + 1), character).join('');

// A text in one of the spellings JSON allows.
const unitEscape = (unit) => '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0');
function spellString(value) {
  const escaped = Array.from(value, (c) => {
    if (below(6) === 0) return Array.from({ length: c.length }, (_, i) => unitEscape(c[i])).join('');
    return c === '/' && below(2) === 0 ? '\\/' : JSON.stringify(c).slice(1, -1);
  });
  return '"' + escaped.join('') + '"';
}

function number() {
  const sign = below(3) === 0 ? '-' : '';
  switch (below(10)) {
    case 0: return sign + below(10);
    case 1: return sign + below(1000000);
    case 2: return sign + digits(1 + below(30));
    case 3: return sign + below(1000) + '.' + below(100000);
    case 4: return sign + digits(1 + below(20)) + '.' + digits(1 + below(20)) + '0'.repeat(below(4));
    case 5: return sign + '0.' + '0'.repeat(below(12)) + digits(1 + below(18));
    case 6: return sign + digits(1 + below(17)) + pick(['e', 'E']) + pick(['', '+', '-']) + below(290);
    case 7: {
      const view = new DataView(new ArrayBuffer(8));
      view.setUint32(0, below(4294967296));
      view.setUint32(4, below(4294967296));
      const value = view.getFloat64(0);
      return Number.isFinite(value) ? String(value) : '-0';
    }
    case 8: return pick(['0', '-0', '0.0', '1.0', '9007199254740993', '1e21', '1e-7', '5e-324', '1.7976931348623157e308', '100000000000000000000']);
    default: return below(4) === 0 ? sign + digits(1 + below(5)) + 'e' + (below(1400) - 700) : '1.5';
  }
}

const scalar = () => {
  switch (below(6)) {
    case 0: return { kind: 'plain', text: pick(['null', 'true', 'false']) };
    case 1:
    case 2: return { kind: 'string', value: text(below(10) === 0 ? 300 : 20) };
    default: return { kind: 'number', text: number() };
  }
};
function value(depth) {
  const kind = depth === 0 ? 9 : below(10);
  if (kind < 3) return { kind: 'array', items: times(below(below(20) === 0 ? 40 : 6), () => value(depth - 1)) };
  if (kind < 7) {
    const members = times(below(below(20) === 0 ? 40 : 8), () => [below(20) === 0 ? pick(['__proto__', 'toJSON', 'constructor', '']) : text(12), value(depth - 1)]);
    if (members.length > 1 && below(20) === 0) members.push([members[0][0], value(0)]); // an equal key: the last one counts
    return { kind: 'object', members };
  }
  return scalar();
}

const space = () => (below(5) === 0 ? pick([' ', '\n', '\t', '\r\n ']) : '');
// The document as JSON text; numberText says how a number is written.
function spell(node, numberText, free) {
  const gap = free ? space : () => '';
  switch (node.kind) {
    case 'plain': return node.text;
    case 'string': return free ? spellString(node.value) : JSON.stringify(node.value);
    case 'number': return numberText(node.text);
    case 'array': return '[' + node.items.map((item) => gap() + spell(item, numberText, free) + gap()).join(',') + ']';
    default:
      return '{' + node.members.map(([key, item]) =>
        gap() + (free ? spellString(key) : JSON.stringify(key)) + gap() + ':' + gap() + spell(item, numberText, free)).join(',') + '}';
  }
}

// A decimal as sign, digits without zeros at either end, and a power of ten.
function decimal(spelled) {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(spelled);
  const all = (whole + fraction).replace(/^0+/, '');
  const significant = all.replace(/0+$/, '');
  if (significant === '') return { sign: '', digits: '', power: 0 };
  return { sign, digits: significant, power: Number(exponent) - fraction.length + all.length - significant.length };
}
// The form of the nearest double if it has the very same value, else the plain decimal.
function exactNumber(spelled) {
  const exact = decimal(spelled);
  const double = Number(spelled);
  if (Number.isFinite(double)) {
    const form = String(double === 0 ? 0 : double);
    if (JSON.stringify(decimal(form)) === JSON.stringify(exact)) return form;
  }
  if (exact.power >= 0) return exact.sign + exact.digits + '0'.repeat(exact.power);
  const padded = exact.digits.padStart(1 - exact.power, '0');
  return exact.sign + padded.slice(0, exact.power) + '.' + padded.slice(exact.power);
}

// canonicalize knows doubles only, so exact numbers pass it as marked strings.
const mark = 'exact-number-6b1f:';
const marked = new RegExp(`"${mark}([-+.0-9e]+)"`, 'g');
const exactForm = (node) => canonicalize(JSON.parse(spell(node, (n) => JSON.stringify(mark + exactNumber(n)), false))).replace(marked, '$1');
function strictForm(json) {
  try {
    return canonicalize(JSON.parse(json));
  } catch (error) {
    if (/NaN|Infinity/i.test(String(error))) return null;
    throw error;
  }
}

const hasher = await createXXHash128(0, 0);
function fingerprint(form) {
  const hex = hasher.init().update(form).digest('hex');
  const stamped = hex.slice(0, 12) + '8' + hex.slice(13, 16) + '89ab'[parseInt(hex[16], 16) & 3] + hex.slice(17);
  return stamped.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

// Full case folding by way of upper case, which agrees for the letters used here.
const fold = (raw) => raw.normalize('NFD').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
function email() {
  const address = pick(['Anna', 'bob.B', 'İpek', 'STRASSE', 'straße', 'ﬁona', 'Zoë', 'Zoe\u0308', 'ΟΔΟΣ', '日本']) + below(1000) + '@' + pick(['Example.com', 'clinic.EXAMPLE', 'ÜBER.example']);
  switch (below(6)) {
    case 0: return { raw: null, normal: null };
    case 1: return { raw: pick(['', '  ', '\t\u00a0']), normal: null };
    case 2: return { raw: `Some "Name" <${address}> `, normal: fold(address) };
    case 3: return { raw: ` \u3000${address}\n`, normal: fold(address) };
    default: return { raw: address, normal: fold(address) };
  }
}
// 0001-01-01 to 9999-12-31, with microseconds.
function moment() {
  const milliseconds = -62135596800000 + below(315537897600) * 1000 + below(1000);
  return new Date(milliseconds).toISOString().replace('Z', String(below(1000)).padStart(3, '0') + 'Z');
}
const maybe = (make) => (below(6) === 0 ? null : make());

const copied = (field) => (field === null ? '\\N' : field.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r'));
let lines = [];
for (let id = 1; id <= count; ++id) {
  const node = value(3);
  const json = spell(node, (n) => n, true);
  const exact = exactForm(node);
  const { raw, normal } = email();
  const [type, name, source] = [maybe(() => text(20)), maybe(() => text(40)), maybe(() => text(20))];
  const time = maybe(moment);
  const member = (key, item) => JSON.stringify(key) + ':' + JSON.stringify(item);
  const event = `{${[member('contact_email', normal), member('event_name', name), member('event_source', source),
    member('event_timestamp', time), member('event_type', type)].join(',')},"payload":${exact}}`;
  lines.push([String(id), json, strictForm(json), exact, fingerprint(exact), raw, type, name, source, time, fingerprint(event)].map(copied).join('\t'));
  if (lines.length === 500 || id === count) {
    const chunk = lines.join('\n') + '\n';
    if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once('drain', resolve));
    lines = [];
  }
}
