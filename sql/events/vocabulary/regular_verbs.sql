-- Regular verbs of business and software, so that mends know the verb (project_create, page_visit) and spellings with a doubled
-- consonant are told from slips. Any other verb in -ed is accepted without a row.
INSERT INTO lifecycle.event_verbs (past, base, kind, origin)
SELECT CASE WHEN verb ~ 'e$' THEN verb || 'd' WHEN verb ~ '[^aeiou]y$' THEN left(verb, -1) || 'ied' ELSE verb || 'ed' END, verb, 'past', 'shipped'
FROM string_to_table('abandon accelerate accept access accrue acknowledge acquire activate add adjust advance allocate allowlist amend '
  'analyze announce anonymize answer apologize append apply appoint approve archive arrange arrive ask assemble assess '
  'assign assist associate attach attempt attend attribute auction audit authenticate authorize autocomplete autosave '
  'award back background bill blacklist block book bookmark borrow bounce brew browse buffer bump bundle cache calculate '
  'call capture cash catalog celebrate certify challenge change charge chase check churn circulate claim clarify classify '
  'clean clear click clone close code collaborate collapse collect combine commence comment commission compare compensate '
  'complain complete comply compose compress compute conclude conduct configure confirm connect consume contact contest '
  'continue contribute convert copy correct count cover crash crawl create credit customize damage deactivate debit '
  'debounce decide decline decode decommission decrease decrypt dedicate dedupe deduplicate delay delegate delete deliver '
  'demand demonstrate demote deny depart deploy deposit deprecate depreciate dequeue describe deselect design destroy '
  'detach detect develop diagnose disable disapprove disburse discard disclose disconnect discontinue discover dismiss '
  'dispatch display dispute disqualify distribute donate double downgrade download draft drain drift duck duplicate dye earn '
  'edit elapse elect eliminate email embark emit employ empty enable encode encounter encrypt end endorse enforce engage '
  'enqueue enrich enroll enter erase escalate escape estimate evaluate exceed exchange exclude execute exercise exhaust '
  'exit expand expedite experience expire explain explore export extend extract fade fail favorite fax fetch file fill '
  'filter finalize finetune finish fire fix flush focus follow force foreground forfeit fork forward frame fulfill gain '
  'garnish gather generate grade grant greet group guide halt handle happen harvest hash heal help hire host hover '
  'hydrate identify ignore impersonate import improve include increase index inform ingest inherit initialize initiate '
  'inquire insert inspect install instruct insure integrate intend interact interrupt introduce invalidate invest invite '
  'invoice issue join journal jump kick kill land launch lease license like link list listen load loan lock lookup lower '
  'mail manage mark match mature measure mention merge message migrate miss moderate modify monitor mount move mutate '
  'mute name navigate negotiate nominate note notify obey observe obtain occupy offboard offer onboard open operate order '
  'outsource overwrite own pack page pair park parse partition partner pass paste patch pause penalize perform persist '
  'phase phone pick picture ping place plant play pledge poll populate post postpone present press preview price print '
  'prioritize process produce promise promote propose protect provide provision publish pull purchase purge push qualify '
  'quarantine query question queue quote raise ramp rank rate reach react reactivate realize reassign rebalance rebook '
  'recall receive recharge recommend reconcile reconfirm reconnect record recover recruit recycle redeem redirect reduce '
  'reenroll refill refresh refund refuse regenerate register rehydrate reimburse reimport reinstall reinstate reject '
  'release reload relocate remind remove rename render renew rent reopen reorder repair repeat replace replay '
  'replenish replicate reply report repost represent request require rerender rescan reschedule rescue resell reserve '
  'resign resize resolve respond rest restart restore restrict resubscribe result resume resync retain retire retrieve '
  'retry return reuse revalidate reveal reverse revert review revise revoke reward roll rotate route sample sanction save '
  'scale schedule score screen scroll seal search secure seed seize select sense sentence separate serve settle shard '
  'share shelve shift shorten sign simulate skim slice snapshot snooze solve sort spawn specify sponsor stage stake stamp '
  'start steer stimulate stock store stream stretch subscribe subtract succeed sue suggest supply support surface '
  'surrender survey suspend sustain swipe switch synchronize tailor taper target taste tax taxi tender terminate test '
  'thank throttle tick tighten time toggle tokenize touch tow trace track trade train transcode transcribe transform '
  'translate treat trigger truncate tune turn tweet type unapprove unarchive unassign unassociate unblock unbook unbox '
  'unbundle uncancel uncheck uncover undelete undeploy undercharge unenroll unfavorite unflag unfold unfollow unfriend '
  'ungroup unhook unify uninstall unite unlatch unleash unlike unlink unlist unload unlock unmark unmask unmatch unmerge '
  'unmount unmute unpack unpair unpublish unquarantine unregister unreserve unsave unschedule unselect unshare unsnooze '
  'unstage unstake unsubscribe unsuspend unsync untrack unveil unvote unwatch update upgrade upload upsert upvote use '
  'usher utilize vacate validate value vaporize vary verify vest vet videotape view violate visit visualize void vote '
  'wager wait waive walk wane want warehouse warn wash watch weigh welcome whitelist widen wire wonder work yield zoom', ' ') verb
ON CONFLICT DO NOTHING;

-- With a doubled consonant, or spelled with and without one.
INSERT INTO lifecycle.event_verbs (past, base, kind, proposed, origin)
SELECT form, base, 'past', place = 1, 'shipped'
FROM (VALUES
  ('admit', 'admitted'), ('allot', 'allotted'), ('ban', 'banned'), ('bar', 'barred'), ('beg', 'begged'),
  ('blog', 'blogged'), ('cancel', 'canceled cancelled'), ('cap', 'capped'), ('chat', 'chatted'), ('clip', 'clipped'),
  ('commit', 'committed'), ('compel', 'compelled'), ('control', 'controlled'), ('crop', 'cropped'),
  ('debug', 'debugged'), ('defer', 'deferred'), ('dial', 'dialed dialled'), ('drag', 'dragged'), ('drop', 'dropped'),
  ('embed', 'embedded'), ('enrol', 'enrolled'), ('equip', 'equipped'), ('expel', 'expelled'), ('fit', 'fitted'),
  ('flag', 'flagged'), ('flip', 'flipped'), ('format', 'formatted'), ('fulfil', 'fulfilled'), ('grab', 'grabbed'),
  ('hop', 'hopped'), ('hope', 'hoped'), ('incur', 'incurred'), ('infer', 'inferred'), ('input', 'inputted'),
  ('jam', 'jammed'), ('label', 'labeled labelled'), ('level', 'leveled levelled'), ('log', 'logged'), ('map', 'mapped'),
  ('mimic', 'mimicked'), ('model', 'modeled modelled'), ('occur', 'occurred'), ('omit', 'omitted'), ('opt', 'opted'),
  ('panic', 'panicked'), ('patrol', 'patrolled'), ('permit', 'permitted'), ('pin', 'pinned'), ('plan', 'planned'),
  ('plane', 'planed'), ('plug', 'plugged'), ('pop', 'popped'), ('prefer', 'preferred'), ('prep', 'prepped'),
  ('program', 'programmed'), ('propel', 'propelled'), ('quiz', 'quizzed'), ('refer', 'referred'), ('remit', 'remitted'),
  ('resubmit', 'resubmitted'), ('rip', 'ripped'), ('rob', 'robbed'), ('scan', 'scanned'), ('scrap', 'scrapped'),
  ('scrape', 'scraped'), ('ship', 'shipped'), ('shop', 'shopped'), ('signal', 'signaled signalled'), ('skip', 'skipped'),
  ('slip', 'slipped'), ('snap', 'snapped'), ('spam', 'spammed'), ('star', 'starred'), ('stare', 'stared'),
  ('stop', 'stopped'), ('strap', 'strapped'), ('submit', 'submitted'), ('swap', 'swapped'), ('sync', 'synced'),
  ('tag', 'tagged'), ('tap', 'tapped'), ('tape', 'taped'), ('tip', 'tipped'), ('top', 'topped'),
  ('total', 'totaled totalled'), ('traffic', 'trafficked'), ('transfer', 'transferred'), ('transmit', 'transmitted'),
  ('travel', 'traveled travelled'), ('trim', 'trimmed'), ('trip', 'tripped'), ('unban', 'unbanned'), ('unbar', 'unbarred'),
  ('uncap', 'uncapped'), ('unclog', 'unclogged'), ('unravel', 'unraveled unravelled'), ('unship', 'unshipped'),
  ('unpin', 'unpinned'), ('unplug', 'unplugged'), ('unstar', 'unstarred'), ('untag', 'untagged'),
  ('unwrap', 'unwrapped'), ('unzip', 'unzipped'), ('wrap', 'wrapped'), ('zip', 'zipped')) v (base, forms),
  string_to_table(forms, ' ') WITH ORDINALITY f (form, place)
ON CONFLICT DO NOTHING;
