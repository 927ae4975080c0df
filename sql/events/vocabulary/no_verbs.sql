-- Words that end like a past form and are none: nouns, adjectives, and pairs whose last word is a noun.
INSERT INTO lifecycle.event_verbs (past, base, kind, origin)
SELECT word, word, 'none', 'shipped'
FROM string_to_table(
  'aforementioned aged alleged assorted based bearded bed belated beloved biped bit bleed bloodshed bobsled bored breed '
  'coed complicated concerted cred crowded dated deed disinterested dissatisfied distinguished embed exceed excited '
  'faceted fated feed flatbed gifted greed ground handicapped hatred heed hundred imbed impaired inbred indeed infrared '
  'interested jaded jagged kindred med moped motivated naked need nested newlywed newsfeed outdated overcrowded '
  'overrated oversized parallelepiped parted ped pointed proceed prolonged purebred ragged red reed related roadbed '
  'rugged sacred seabed seed shed shred sided sized skilled sled sophisticated speed steed striped succeed '
  'supposed surprised talented ted testbed thoroughbred tired twisted underrated undersized unlimited unrelated unskilled '
  'variegated versed watershed wed weed wicked winged worried wretched zed', ' ') word
ON CONFLICT DO NOTHING;

INSERT INTO lifecycle.event_verbs (past, base, kind, origin)
SELECT pair, pair, 'none', 'shipped'
FROM string_to_table(
  'data_set movie_cast mind_set skill_set rule_set change_set result_set record_set feature_set character_set chip_set tool_set '
  'price_cut pay_cut budget_cut tax_cut power_cut hair_cut short_cut page_hit cache_hit search_hit screen_shot snap_shot '
  'head_shot market_spread credit_spread bid_spread top_bid out_bid weather_forecast sales_forecast revenue_forecast '
  'demand_forecast news_broadcast live_broadcast bank_split stock_split traffic_split test_split chain_saw time_left '
  'money_left seats_left credits_left attempts_left items_left points_left tries_left lives_left spots_left', ' ') pair
ON CONFLICT DO NOTHING;
