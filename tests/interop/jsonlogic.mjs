// Makes random rules and documents, and says what npm's json-logic-js makes of them. Writes them to standard output in
// COPY's text form: id, rule, document, result. Rules at which json-logic-js throws are left out.
//   node jsonlogic.mjs COUNT SEED
import jsonLogic from 'json-logic-js';

const [count, seed] = process.argv.slice(2).map(Number);

// mulberry32: the same rules for the same seed everywhere.
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

// Our own operators, as docs/CONDITIONS.md describes them.
const ours = {
  time: { ms: (value) => (typeof value === 'number' ? value : typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : NaN) },
  text: {
    lower: (value) => (value === null ? null : String(value).toLowerCase()),
    matches: (value, pattern) => value !== null && new RegExp(pattern).test(String(value)),
  },
};
jsonLogic.add_operation('time', ours.time);
jsonLogic.add_operation('text', ours.text);
console.log = () => {}; // what "log" would write

const keys = ['a', 'b', 'c', 'ab', 'name', 'tags', 'x y', 'é', ''];
const texts = ['', 'a', 'b', 'ab', 'apple', 'Apple', '0', '1', '2', '10', ' 7 ', '1.5', '-3', '1e3', '0x1F', '0b11', '.5', '5.', 'Infinity', '-Infinity', 'NaN', 'null',
  'true', '1,2', 'a,b', '3 apples', '\t\n 8\u00a0', '\ufeff9', 'é', 'ü', '日本', '\uffee', 'z', '[object Object]', '2025-01-01', '2024-06-30T12:00:00.5Z'];
const number = () => pick([() => below(5), () => below(5), () => 0 - below(4), () => below(100000), () => below(1000) / 8, () => (below(2000) - 1000) / 100 + 0,
  () => 9007199254740991, () => 1e21, () => 1.5e-9, () => below(1e15), () => 0.1 * below(30)])();
const scalar = () => pick([() => null, () => true, () => false, number, number, number, () => pick(texts), () => pick(texts)])();

function document(depth) {
  const kind = depth === 0 ? 9 : below(10);
  if (kind < 3) return times(below(5), () => document(depth - 1));
  if (kind < 7) {
    const made = {};
    for (let left = below(6); left > 0; --left) made[pick(keys)] = document(depth - 1);
    return made;
  }
  return scalar();
}
function root() {
  if (below(12) === 0) return document(2);
  const made = {};
  for (const key of keys) if (below(4) > 0) made[key] = document(below(4));
  made.list = times(below(5), number);
  made.items = times(below(4), () => ({ a: number(), b: pick(texts) }));
  return made;
}

const path = () => {
  switch (below(10)) {
    case 0: return '';
    case 1: return below(4);
    case 2: return pick(keys) + '.' + pick(['0', '1', 'length', '01', '-1']);
    case 3: return pick(keys) + '.' + pick(keys);
    case 4: return pick(['list', 'items', 'list.0', 'list.length', 'items.1.a', 'current', 'accumulator', 'current.a']);
    default: return pick(keys);
  }
};
// An object with one key would be a rule.
const literal = () => (below(8) === 0 ? { a: scalar(), b: scalar() } : below(12) === 0 ? {} : scalar());
const some = (least, most, depth) => times(least + below(most - least + 1), () => rule(depth - 1));

const makers = {
  var: () => pick([() => path(), () => [path()], () => [path(), literal()], () => []])(),
  missing: (d) => pick([() => [path(), path()], () => path(), () => [], () => [[path(), path()]], () => [rule(d - 1)]])(),
  missing_some: () => [pick([1, 2, '1']), times(below(4), path)],
  if: (d) => some(0, 5, d), '?:': (d) => some(3, 3, d), and: (d) => some(1, 4, d), or: (d) => some(1, 4, d),
  '!': (d) => some(1, 1, d), '!!': (d) => some(1, 1, d),
  '==': (d) => some(2, 2, d), '!=': (d) => some(2, 2, d), '===': (d) => some(2, 2, d), '!==': (d) => some(2, 2, d),
  '<': (d) => some(2, 3, d), '<=': (d) => some(2, 3, d), '>': (d) => some(2, 2, d), '>=': (d) => some(2, 2, d),
  in: (d) => [rule(d - 1), below(2) === 0 ? times(below(12), scalar) : rule(d - 1)],
  max: (d) => some(1, 4, d), min: (d) => some(1, 4, d), '+': (d) => some(1, 4, d), '-': (d) => some(1, 2, d), '*': (d) => some(1, 3, d),
  '/': (d) => some(2, 2, d), '%': (d) => some(2, 2, d),
  map: (d) => [array(d), rule(d - 1)], filter: (d) => [array(d), rule(d - 1)], all: (d) => [array(d), rule(d - 1)], some: (d) => [array(d), rule(d - 1)],
  none: (d) => [array(d), rule(d - 1)],
  reduce: (d) => [array(d), pick([() => ({ '+': [{ var: 'current' }, { var: 'accumulator' }] }), () => rule(d - 1)])(), ...(below(4) > 0 ? [rule(d - 1)] : [])],
  merge: (d) => some(0, 3, d), cat: (d) => some(0, 4, d),
  substr: (d) => [rule(d - 1), pick([() => below(12) - 6, () => rule(d - 1)])(), ...(below(2) ? [pick([() => below(12) - 6, () => rule(d - 1)])()] : [])],
  log: (d) => some(1, 1, d),
  'time.ms': () => [pick([{ var: path() }, pick(texts), number()])], 'text.lower': (d) => some(1, 1, d),
  'text.matches': (d) => [rule(d - 1), pick(['^a', 'b$', 'p+', '^\\d+$', '[A-Z]', '^(a|b)+$', '', 'x|y', '\\.', '^.{2,3}$'])],
};
const array = (d) => pick([() => ({ var: 'list' }), () => ({ var: 'items' }), () => ({ var: pick(keys) }), () => times(below(4), scalar), () => rule(d - 1)])();
const names = Object.keys(makers);

function rule(depth) {
  if (depth <= 0 || below(6) === 0) return below(2) === 0 ? { var: pick([path(), [path()], [path(), scalar()]]) } : literal();
  if (below(12) === 0) return times(below(4), () => rule(depth - 1));
  const name = pick(names);
  const values = makers[name](depth);
  const spread = Array.isArray(values) && values.length === 1 && !Array.isArray(values[0]) && below(3) === 0;
  return { [name]: spread ? values[0] : values };
}

const copied = (field) => field.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
let lines = [];
let thrown = 0;
for (let id = 1; id <= count; ++id) {
  const made = rule(1 + below(4));
  const data = root();
  let result;
  try {
    result = JSON.stringify(jsonLogic.apply(made, data));
  } catch {
    ++thrown; // a key that is an object, options that are no array
    continue;
  }
  lines.push([String(id), JSON.stringify(made), JSON.stringify(data), result].map(copied).join('\t'));
  if (lines.length === 500 || id === count) {
    const chunk = lines.join('\n') + '\n';
    if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once('drain', resolve));
    lines = [];
  }
}
if (lines.length > 0) process.stdout.write(lines.join('\n') + '\n');
if (thrown > count / 20) throw new Error(`json-logic-js threw at ${thrown} of ${count} rules`);
