-- Words that end like a past form and are none: nouns, adjectives, and pairs whose last word is a noun.
INSERT INTO lifecycle.event_verbs (past, base, kind, origin)
SELECT word, word, 'none', 'shipped'
FROM string_to_table(
  'bed embed imbed testbed flatbed seabed roadbed need feed newsfeed speed seed weed breed deed greed reed steed heed bleed '
  'exceed proceed succeed indeed red infrared shred hundred kindred hatred sacred cred shed watershed bloodshed sled '
  'bobsled med coed op-ed ted zed ped moped biped centipede wed newlywed parallelepiped bled inbred purebred thoroughbred '
  'aforementioned aged assorted bearded beloved belated bored based complicated concerted crowded dedicated deserted '
  'detailed disabled disinterested dissatisfied distinguished elderly excited exhausted faceted fated gifted gated '
  'handicapped hardened impaired interested isolated jagged jaded knowledgeable learned lifted limited unlimited '
  'motivated naked nested numbered outdated oversized undersized overcrowded overrated parted pointed populated '
  'prolonged ragged rated related unrelated repeated rugged satisfied sided sized skilled unskilled sophisticated '
  'striped supposed surprised talented tired twisted underrated unified used variegated versed wicked winged worried wretched '
  'alleged dated left born thought rose bit ground', ' ') word
WHERE word NOT IN ('op-ed', 'centipede', 'elderly', 'knowledgeable', 'used', 'detailed', 'disabled', 'isolated', 'lifted',
  'learned', 'numbered', 'populated', 'repeated', 'exhausted', 'rated', 'left', 'thought', 'rose', 'deserted', 'gated', 'hardened', 'dedicated', 'unified')
ON CONFLICT DO NOTHING;

INSERT INTO lifecycle.event_verbs (past, base, kind, origin)
SELECT pair, pair, 'none', 'shipped'
FROM string_to_table(
  'data_set mind_set skill_set rule_set change_set result_set record_set feature_set character_set chip_set tool_set '
  'price_cut pay_cut budget_cut tax_cut power_cut hair_cut short_cut page_hit cache_hit search_hit screen_shot snap_shot '
  'head_shot market_spread credit_spread bid_spread top_bid out_bid weather_forecast sales_forecast revenue_forecast '
  'demand_forecast news_broadcast live_broadcast bank_split stock_split traffic_split test_split chain_saw', ' ') pair
ON CONFLICT DO NOTHING;
