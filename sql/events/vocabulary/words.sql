-- The words of the contract by class, and what mends make of them: login becomes logged_in, active becomes activated.
INSERT INTO lifecycle.event_words (class, word, becomes, origin)
SELECT class, word, becomes, 'shipped'
FROM (VALUES
  ('adjective', 'active activated, inactive deactivated, new created, online connected, offline disconnected, public published, '
    'open opened, closed closed, paid paid, expired expired, visible shown, returning returned, empty emptied'),
  ('standing', 'active activated, inactive deactivated, engaged engaged, qualified qualified, converted converted, '
    'retained retained, churned churned, lapsed lapsed, returning returned'),
  ('action_noun', 'signup signed_up, signin signed_in, signout signed_out, signoff signed_off, login logged_in, logon logged_on, '
    'logout logged_out, logoff logged_off, checkout checked_out, checkin checked_in, optin opted_in, optout opted_out, '
    'setup set_up, startup started_up, shutdown shut_down, rollout rolled_out, rollback rolled_back, backup backed_up, '
    'takeover taken_over, handover handed_over, dropoff dropped_off, pickup picked_up, payout paid_out, '
    'writeoff written_off, lookup looked_up, timeout timed_out, topup topped_up, followup followed_up, hangup hung_up, '
    'registration registered, activation activated, deactivation deactivated, cancellation canceled, '
    'conversion converted, creation created, deletion deleted, removal removed, submission submitted, '
    'completion completed, confirmation confirmed, verification verified, authentication authenticated, '
    'authorization authorized, invitation invited, approval approved, rejection rejected, selection selected, '
    'installation installed, uninstallation uninstalled, renewal renewed, expiration expired, expiry expired, '
    'migration migrated, reservation reserved, donation donated, arrival arrived, departure departed, failure failed, '
    'success succeeded, churn churned, error failed, exception failed, crash crashed, impression viewed, exposure viewed, '
    'suspension suspended, termination terminated, engagement engaged, payment paid, deposit deposited, '
    'withdrawal withdrawn, pageview page_viewed, screenview screen_viewed, referral referred, sale sold, choice chosen, '
    'delivery delivered, receipt received, entry entered, loss lost, usage used, order order_placed, '
    'session session_started, subscription subscription_started, trial trial_started, transaction transaction_completed, '
    'message message_sent, interaction interacted, response responded')) v (class, pairs),
  string_to_table(pairs, ', ') pair, split_part(pair, ' ', 1) word, split_part(pair, ' ', 2) becomes
ON CONFLICT DO NOTHING;

INSERT INTO lifecycle.event_words (class, word, origin)
SELECT class, word, 'shipped'
FROM (VALUES
  ('auxiliary', 'is are am was were be been being has have had having can could should would will did does isnt hasnt wasnt'),
  ('period', 'hourly daily nightly weekly biweekly fortnightly monthly bimonthly quarterly yearly annual annually dau wau mau'),
  ('time_units', 'seconds minutes hours days weeks months quarters years'),
  ('metric', 'count counter counts total totals subtotal sum num number quantity qty amount volume average avg mean median max '
    'maximum min minimum rate ratio percent percentage pct frequency score rank ranking duration length size age value ltv clv '
    'arpu mrr arr ctr tally balance streak velocity growth trend histogram distribution index kpi metric metrics stats '
    'statistics percentile quartile decile recency revenue risk probability likelihood propensity'),
  ('state', 'status state stage phase flag level tier mode condition health segment cohort bucket role permission setting '
    'settings preference preferences config configuration eligibility availability presence progress position location '
    'visibility priority severity sentiment profile membership'),
  ('attribute', 'id uuid name title description reason source type kind category date time timestamp at list history info '
    'information details detail data activity label persona group standing url referrer'),
  ('person', 'user customer member visitor guest client contact subscriber lead prospect admin administrator owner agent '
    'operator moderator manager employee staff buyer seller merchant vendor supplier driver rider courier patient doctor '
    'student teacher learner author editor reader viewer player candidate applicant recruiter partner affiliate developer '
    'host shopper payer donor sender recipient participant attendee person people friend follower creator reviewer '
    'approver assignee requester tester passenger tenant landlord borrower lender investor subscriber'),
  ('actor', 'account team company organization organisation org workspace household app application server service device '
    'browser worker scheduler assistant bot robot system api job cron crawler website site'),
  ('standing', 'dormant loyal paying nonpaying vip disengaged unqualified frequent infrequent whale champion detractor '
    'promoter valuable inactive churning'),
  ('adjective', 'old premium free basic pro plus gold silver platinum enterprise vip verified anonymous recurring available '
    'unavailable invisible private ready full pending current recent latest last previous next first former primary '
    'secondary internal external mobile remote local global top best worst high low big small large long short fast slow '
    'good bad valid invalid eligible ineligible healthy unhealthy unique common popular favorite favourite overdue late '
    'early loyal dormant frequent paying idle busy stale fresh unknown prepaid power'),
  ('particle', 'up in out off on over back down away through around along aside apart together forward ahead'),
  ('preposition', 'to from as with via by for into onto at of without against in on over through around along down under '
    'after before during between towards toward upon within outside inside about because due'),
  ('adverb', 'again twice once thrice late early online offline abroad elsewhere instead already soon first last today '
    'offsite onsite overnight upfront hard soft'),
  ('noun', 'family reply supply assembly anomaly ally rally bully jelly belly fly butterfly italy july monopoly homily lily '
    'access account address answer auction audit background backup ban bar batch bid bill bleed block board book '
    'bookmark bounce broadcast budget buffer button cache call card cart case charge chart chat clip code comment '
    'churn complaint contact contract control cost crash credit damage date deal debit delay deposit design dial display '
    'dispute document draft drift drive dump effect email error estimate event exchange exit experience fax feature '
    'feed file filter fire fit flag flip focus fold form frame function fund gift goal grade group guide hash heat '
    'heed hook host image index interest invoice issue journal label level license limit link list loan log loss mail '
    'map mark match menu message model monitor name need news note notice number object offer order outsource pack '
    'package page pair park partition partner pass payment phone photo picture plan pledge point post price process '
    'product profile program project promise push question queue quiz quote ramp rank rate rating record refund rely '
    'report request response result review role route sale sample schedule score screen seal search season seat seed '
    'sense sentence service shop signal snapshot spam speed sponsor stage stamp star state status step stock store '
    'stream support surface survey table tag tape target task tax team tender test text thanks tick ticket tip total '
    'tour track traffic trial trigger trip tweet type value video wager warehouse wash welcome wire work'),
  ('descriptive', 'preferred estimated predicted expected projected forecasted forecast derived inferred desired intended assumed '
    'supposed perceived weighted owned associated averaged aggregated accumulated computed calculated required permitted'),
  ('negative_prefix', 'un non'),
  ('verb_prefix', 're over out mis fore under pre inter counter')) v (class, words),
  string_to_table(words, ' ') word
ON CONFLICT DO NOTHING;

INSERT INTO lifecycle.event_words (class, word, origin)
SELECT 'action_noun', word, 'shipped'
FROM string_to_table('purchase visit view click open download upload search share like comment post follow reaction install '
  'uninstall upgrade downgrade refund return request call chat test play swipe tap scroll hit bounce unsubscribe reply '
  'review rating vote read write update import export retry attempt invite sync event action email notification booking '
  'report quote block', ' ') word
ON CONFLICT DO NOTHING;
