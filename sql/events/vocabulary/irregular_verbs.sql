-- Verbs whose past is not made by -ed: base, then its forms, the one that mends use first (the participle where names say what
-- was done to something, the past tense where something did it).
INSERT INTO lifecycle.event_verbs (past, base, kind, proposed, origin)
SELECT form, base, 'past', place = 1, 'shipped'
FROM (VALUES
  ('abide', 'abided abode'), ('agree', 'agreed'), ('arise', 'arose arisen'), ('awake', 'awoke awoken'),
  ('bear', 'borne born'), ('beat', 'beaten'), ('become', 'became'), ('befall', 'befell befallen'),
  ('beget', 'begot begotten'), ('begin', 'began begun'), ('behold', 'beheld'), ('bend', 'bent'),
  ('bereave', 'bereft bereaved'), ('beseech', 'besought beseeched'), ('bind', 'bound'), ('bite', 'bitten'),
  ('bleed', 'bled'), ('blow', 'blown blew'), ('break', 'broken broke'), ('breed', 'bred'), ('bring', 'brought'),
  ('browbeat', 'browbeaten'), ('build', 'built'), ('burn', 'burned burnt'), ('buy', 'bought'), ('catch', 'caught'),
  ('choose', 'chosen chose'), ('cling', 'clung'), ('come', 'came'), ('creep', 'crept'), ('deal', 'dealt'),
  ('decree', 'decreed'), ('dig', 'dug'), ('disagree', 'disagreed'), ('dive', 'dived'), ('do', 'done did'),
  ('draw', 'drawn drew'), ('dream', 'dreamed dreamt'), ('drink', 'drunk drank'), ('drive', 'driven drove'),
  ('dwell', 'dwelt dwelled'), ('eat', 'eaten ate'), ('fall', 'fell fallen'), ('feed', 'fed'), ('feel', 'felt'),
  ('fight', 'fought'), ('find', 'found'), ('flee', 'fled'), ('fling', 'flung'), ('fly', 'flown flew'),
  ('forbid', 'forbidden forbade'), ('forego', 'foregone forewent'), ('foresee', 'foreseen foresaw'),
  ('foretell', 'foretold'), ('forget', 'forgotten forgot'), ('forgive', 'forgiven forgave'),
  ('forgo', 'forgone forwent'), ('forsake', 'forsaken forsook'), ('free', 'freed'), ('freeze', 'frozen froze'),
  ('get', 'got gotten'), ('ghostwrite', 'ghostwritten ghostwrote'), ('give', 'given gave'), ('go', 'went gone'),
  ('grow', 'grew grown'), ('guarantee', 'guaranteed'), ('hang', 'hung hanged'), ('hear', 'heard'), ('hew', 'hewn hewed'),
  ('hide', 'hidden hid'), ('hold', 'held'), ('inlay', 'inlaid'), ('keep', 'kept'), ('kneel', 'knelt kneeled'),
  ('know', 'known knew'), ('lay', 'laid'), ('lead', 'led'), ('lean', 'leaned leant'), ('leap', 'leaped leapt'),
  ('learn', 'learned learnt'), ('leave', 'left'), ('lend', 'lent'), ('lie', 'lied lain'), ('light', 'lit lighted'),
  ('lose', 'lost'), ('make', 'made'), ('mean', 'meant'), ('meet', 'met'), ('mow', 'mowed mown'),
  ('overdraw', 'overdrawn overdrew'), ('oversee', 'overseen oversaw'), ('partake', 'partaken partook'), ('pay', 'paid'),
  ('plead', 'pleaded pled'), ('prove', 'proven proved'), ('referee', 'refereed'), ('ride', 'ridden rode'),
  ('ring', 'rung rang'), ('rise', 'rose risen'), ('run', 'ran'), ('saw', 'sawed sawn'), ('say', 'said'),
  ('see', 'seen saw'), ('seek', 'sought'), ('sell', 'sold'), ('send', 'sent'), ('sew', 'sewn sewed'),
  ('shake', 'shaken shook'), ('shave', 'shaved shaven'), ('shine', 'shined shone'), ('shoot', 'shot'),
  ('show', 'shown showed'), ('shrink', 'shrunk shrank'), ('sing', 'sung sang'), ('sink', 'sank sunk'), ('sit', 'sat'),
  ('slay', 'slain slew'), ('sleep', 'slept'), ('slide', 'slid'), ('sling', 'slung'), ('smell', 'smelled smelt'),
  ('sneak', 'sneaked snuck'), ('sow', 'sown sowed'), ('speak', 'spoken spoke'), ('speed', 'sped speeded'),
  ('spell', 'spelled spelt'), ('spend', 'spent'), ('spill', 'spilled spilt'), ('spin', 'spun'), ('spit', 'spat'),
  ('spoil', 'spoiled spoilt'), ('spotlight', 'spotlighted spotlit'), ('spring', 'sprang sprung'), ('stand', 'stood'),
  ('steal', 'stolen stole'), ('stick', 'stuck'), ('sting', 'stung'), ('stink', 'stank stunk'),
  ('strew', 'strewn strewed'), ('stride', 'strode'), ('strike', 'struck stricken'), ('string', 'strung'),
  ('strive', 'strove striven'), ('swear', 'sworn swore'), ('sweep', 'swept'), ('swell', 'swelled swollen'),
  ('swim', 'swam swum'), ('swing', 'swung'), ('take', 'taken took'), ('teach', 'taught'), ('tear', 'torn tore'),
  ('tell', 'told'), ('think', 'thought'), ('throw', 'thrown threw'), ('tread', 'trod trodden'),
  ('typewrite', 'typewritten'), ('unbend', 'unbent'), ('unbind', 'unbound'), ('undergo', 'underwent undergone'),
  ('understand', 'understood'), ('undertake', 'undertaken undertook'), ('undo', 'undone undid'),
  ('unfreeze', 'unfrozen unfroze'), ('unhide', 'unhidden unhid'), ('unlearn', 'unlearned unlearnt'),
  ('unmake', 'unmade'), ('unstick', 'unstuck'), ('unstring', 'unstrung'), ('unwind', 'unwound'), ('uphold', 'upheld'),
  ('upsell', 'upsold'), ('wake', 'woken woke'), ('waylay', 'waylaid'), ('wear', 'worn wore'), ('weave', 'woven wove'),
  ('weep', 'wept'), ('win', 'won'), ('wind', 'wound'), ('withdraw', 'withdrawn withdrew'), ('withhold', 'withheld'),
  ('withstand', 'withstood'), ('wring', 'wrung'), ('write', 'written wrote')) v (base, forms),
  string_to_table(forms, ' ') WITH ORDINALITY f (form, place)
ON CONFLICT DO NOTHING;

-- Verbs whose past is spelled like the present. Those that names use as nouns (cost, input, run, cast) are left out.
INSERT INTO lifecycle.event_verbs (past, base, kind, origin)
SELECT verb, verb, 'same', 'shipped'
FROM string_to_table(
  'beset bet bid broadcast burst cast cut forecast hit hurt let outbid put quit read reread reset rid set shed shut slit '
  'split spread sublet thrust typeset unset upset', ' ') verb
ON CONFLICT DO NOTHING;
