-- The words of the contract by class, and what mends make of them. First what somebody has become who is described so.
INSERT INTO lifecycle.event_words (class, word, becomes, origin)
SELECT class, word, becomes, 'shipped'
FROM (VALUES ('active', 'activated'), ('inactive', 'deactivated'), ('new', 'created'), ('engaged', 'engaged'), ('online', 'connected'), ('offline', 'disconnected'),
  ('public', 'published'), ('open', 'opened'), ('closed', 'closed'), ('verified', 'verified'), ('unverified', NULL), ('paid', 'paid'), ('expired', 'expired'),
  ('converted', 'converted'), ('qualified', 'qualified'), ('retained', 'retained'), ('churned', 'churned'), ('lapsed', 'lapsed'), ('visible', 'shown'),
  ('returning', 'returned'), ('empty', 'emptied')) v (word, becomes), unnest(ARRAY['adjective', 'standing']) class
WHERE becomes IS NOT NULL
ON CONFLICT (class, word) DO NOTHING;

INSERT INTO lifecycle.event_words (class, word, origin)
SELECT class, word, 'shipped'
FROM (VALUES
  ('auxiliary', 'is are am was were be been being has have had having can could should would will did does isnt hasnt wasnt'),
  ('period', 'hourly daily nightly weekly biweekly fortnightly monthly bimonthly quarterly yearly annual annually dau wau mau'),
  ('metric', 'count counter counts total totals subtotal sum num number quantity qty amount volume average avg mean median max '
    'maximum min minimum rate ratio percent percentage pct share frequency score rank ranking duration length size age value ltv '
    'clv arpu mrr arr ctr tally balance streak velocity growth trend histogram distribution index kpi metric metrics stats '
    'statistics percentile quartile decile recency'),
  ('state', 'status state stage phase flag level tier mode type kind category class condition health segment cohort bucket '
    'persona group label role permission setting settings preference preferences config configuration eligibility availability '
    'activity presence progress position location visibility priority severity sentiment standing date time timestamp at id '
    'name title description reason source list history info information details data profile'),
  ('person', 'user customer member visitor guest client account contact subscriber lead prospect admin administrator owner '
    'agent operator moderator manager employee staff team company organization organisation org tenant workspace buyer seller '
    'merchant vendor supplier driver rider courier patient doctor student teacher learner author editor reader viewer player '
    'candidate applicant recruiter partner affiliate developer host shopper payer donor sender recipient participant attendee '
    'person people somebody household friend follower creator reviewer approver assignee requester system bot'),
  ('standing', 'active inactive churned retained loyal dormant lapsed returning paying nonpaying vip engaged disengaged qualified '
    'unqualified converted frequent infrequent likely unlikely whale power champion detractor promoter risky trustworthy valuable '
    'hot warm cold'),
  ('adjective', 'active inactive new old premium free trial paid unpaid basic pro plus gold silver platinum enterprise vip verified '
    'unverified anonymous recurring available unavailable visible invisible online offline public private ready empty full open '
    'closed pending current recent latest last previous next first former primary secondary internal external mobile remote '
    'local global top best worst high low big small large long short fast slow good bad valid invalid eligible ineligible '
    'healthy unhealthy unique common popular favorite favourite expired overdue late early returning loyal idle busy stale fresh '
    'unread unseen unsent unsold unknown prepaid'),
  ('particle', 'up in out off on over back down away through around along aside apart together forward ahead'),
  ('preposition', 'to from as with via by for into onto at of without against in on over through around along down under '
    'after before during between towards toward upon within outside inside about because due'),
  ('adverb', 'again twice once thrice late early online offline abroad elsewhere instead already soon first last today '
    'offsite onsite overnight upfront'),
  ('noun', 'family reply supply assembly anomaly ally rally bully jelly belly fly butterfly italy july monopoly homily lily '
    'apply multiply comply imply rely'),
  ('descriptive', 'preferred estimated predicted expected projected forecasted calculated computed derived inferred suggested '
    'recommended required desired intended assumed supposed perceived associated related linked combined weighted adjusted '
    'assigned designated allowed permitted limited supported selected saved favorited favorite owned shared nested embedded '
    'accumulated aggregated averaged'),
  ('negative_prefix', 'un non'),
  ('verb_prefix', 're over out mis fore under pre inter counter')) v (class, words),
  string_to_table(words, ' ') word
ON CONFLICT DO NOTHING;

-- Actions as nouns. Mends turn those with a verb of their own into it; the others are found by their verb.
INSERT INTO lifecycle.event_words (class, word, becomes, origin)
SELECT 'action_noun', word, becomes, 'shipped'
FROM (VALUES
  ('signup', 'signed_up'), ('signin', 'signed_in'), ('signout', 'signed_out'), ('signoff', 'signed_off'), ('login', 'logged_in'), ('logon', 'logged_on'),
  ('logout', 'logged_out'), ('logoff', 'logged_off'), ('checkout', 'checked_out'), ('checkin', 'checked_in'), ('optin', 'opted_in'), ('optout', 'opted_out'),
  ('setup', 'set_up'), ('startup', 'started_up'), ('shutdown', 'shut_down'), ('rollout', 'rolled_out'), ('rollback', 'rolled_back'), ('backup', 'backed_up'),
  ('takeover', 'taken_over'), ('handover', 'handed_over'), ('dropoff', 'dropped_off'), ('pickup', 'picked_up'), ('payout', 'paid_out'), ('writeoff', 'written_off'),
  ('lookup', 'looked_up'), ('timeout', 'timed_out'), ('topup', 'topped_up'), ('followup', 'followed_up'), ('wakeup', 'woken_up'), ('hangup', 'hung_up'),
  ('registration', 'registered'), ('subscription', NULL), ('activation', 'activated'), ('deactivation', 'deactivated'), ('cancellation', 'canceled'), ('conversion', 'converted'),
  ('creation', 'created'), ('deletion', 'deleted'), ('removal', 'removed'), ('submission', 'submitted'), ('completion', 'completed'), ('confirmation', 'confirmed'),
  ('verification', 'verified'), ('authentication', 'authenticated'), ('authorization', 'authorized'), ('invitation', 'invited'), ('approval', 'approved'), ('rejection', 'rejected'),
  ('selection', 'selected'), ('installation', 'installed'), ('uninstallation', 'uninstalled'), ('renewal', 'renewed'), ('expiration', 'expired'), ('expiry', 'expired'),
  ('migration', 'migrated'), ('reservation', 'reserved'), ('donation', 'donated'), ('arrival', 'arrived'), ('departure', 'departed'), ('failure', 'failed'),
  ('success', 'succeeded'), ('error', 'failed'), ('exception', 'raised'), ('impression', 'viewed'), ('suspension', 'suspended'), ('termination', 'terminated'),
  ('promotion', NULL), ('exposure', 'viewed'), ('engagement', 'engaged'), ('payment', 'paid'), ('deposit', 'deposited'), ('withdrawal', 'withdrawn'),
  ('transaction', NULL), ('session', NULL), ('event', NULL), ('action', NULL), ('activity', NULL), ('interaction', NULL), ('message', NULL), ('email', NULL),
  ('notification', NULL), ('pageview', 'page_viewed'), ('screenview', 'screen_viewed'), ('response', NULL), ('referral', 'referred'), ('sale', 'sold'), ('growth', NULL),
  ('choice', 'chosen'), ('delivery', 'delivered'), ('receipt', 'received'), ('entry', 'entered'), ('exit', 'exited'), ('loss', 'lost'), ('usage', 'used'), ('move', 'moved'),
  ('churn', 'churned'), ('login_attempt', 'login_attempted')) v (word, becomes)
WHERE word !~ '_'
ON CONFLICT DO NOTHING;
INSERT INTO lifecycle.event_words (class, word, origin)
SELECT 'action_noun', word, 'shipped'
FROM string_to_table('purchase order visit view click open download upload search share like comment post follow reaction install '
  'uninstall upgrade downgrade refund return request call chat test trial play swipe tap scroll hit bounce unsubscribe reply '
  'review rating vote read write update import export retry attempt invite sync login signup', ' ') word
ON CONFLICT DO NOTHING;
