-- Tokens with a form of their own. Each begins where a word does: (?<![A-Za-z0-9]).
INSERT INTO lifecycle.secret_rules (name, applies_to, pattern, literals, description, origin)
SELECT name, 'value', '(?<![A-Za-z0-9])' || pattern, literals, description, 'shipped'
FROM (VALUES
  ('aws_access_key_id', '(AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])', '{AKIA,ASIA,ABIA,ACCA}'::text[], 'an access key id of AWS'),
  ('aws_secret_key', '(?:aws|AWS|secret|Secret|SECRET)[A-Za-z_ -]{0,20}(?:key|Key|KEY)[A-Za-z_ -]{0,10}["'']?\s*[:=]\s*["'']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])', '{aws,secret}', 'a secret access key of AWS'),
  ('github_token', '(gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,})', '{ghp_,gho_,ghu_,ghs_,ghr_,github_pat_}', 'a token of GitHub'),
  ('gitlab_token', 'gl(pat|ptt|dt|rt|cbt|ft|soat|imt|agent)-[A-Za-z0-9_.-]{20,}', '{glpat-,glptt-,gldt-,glrt-,glcbt-,glft-,glsoat-,glimt-,glagent-}', 'a token of GitLab'),
  ('slack_token', '(xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,}', '{xoxa-,xoxb-,xoxe-,xoxo-,xoxp-,xoxr-,xoxs-,xapp-}', 'a token of Slack'),
  ('slack_webhook', 'hooks\.slack\.com/(services|workflows|triggers)/[A-Za-z0-9/_-]{20,}', '{hooks.slack.com/}', 'a webhook of Slack, whose address is its secret'),
  ('stripe_key', '[sr]k_(live|test|prod)_[A-Za-z0-9]{16,}', '{sk_live_,sk_test_,sk_prod_,rk_live_,rk_test_,rk_prod_}', 'a secret key of Stripe'),
  ('webhook_secret', 'whsec_[A-Za-z0-9+/=]{24,}', '{whsec_}', 'the signing secret of a webhook'),
  ('google_api_key', 'AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])', '{AIza}', 'an API key of Google'),
  ('google_oauth', '(GOCSPX-[A-Za-z0-9_-]{20,}|ya29\.[A-Za-z0-9_-]{20,}|1//0[A-Za-z0-9_-]{40,})', '{GOCSPX-,ya29.,1//0}', 'a client secret or token of Google'),
  ('llm_api_key', 'sk-((proj|svcacct|admin|or-v1|ant-[a-z]+[0-9]*)-[A-Za-z0-9_-]{20,}|(?=[A-Za-z]*[0-9])[A-Za-z0-9]{32,})', '{sk-}', 'an API key of the kind of OpenAI, Anthropic and others'),
  ('hugging_face_token', 'hf_(?=[A-Za-z]*[0-9A-Z])[A-Za-z0-9]{30,}', '{hf_}', 'a token of Hugging Face'),
  ('npm_token', 'npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])', '{npm_}', 'a token of npm'),
  ('pypi_token', 'pypi-AgE[A-Za-z0-9_-]{40,}', '{pypi-AgE}', 'a token of PyPI'),
  ('sendgrid_key', 'SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}', '{SG.}', 'an API key of SendGrid'),
  ('mailgun_key', 'key-[0-9a-f]{32}(?![A-Za-z0-9])', '{key-}', 'an API key of Mailgun'),
  ('hubspot_token', 'pat-(na|eu|ap)[0-9]-[0-9a-f]{8}-[0-9a-f-]{27}', '{pat-na,pat-eu,pat-ap}', 'a token of HubSpot'),
  ('shopify_token', 'shp(at|ca|pa|ss|tka)_[A-Fa-f0-9]{32}', '{shpat_,shpca_,shppa_,shpss_,shptka_}', 'a token of Shopify'),
  ('atlassian_token', 'ATATT3[A-Za-z0-9_=-]{50,}', '{ATATT3}', 'a token of Atlassian'),
  ('linear_key', 'lin_(api|oauth)_[A-Za-z0-9]{32,}', '{lin_api_,lin_oauth_}', 'a key of Linear'),
  ('notion_token', '(secret_[A-Za-z0-9]{43}|ntn_[0-9]{10,}[A-Za-z0-9]{30,})(?![A-Za-z0-9])', '{secret_,ntn_}', 'a token of Notion'),
  ('airtable_token', 'pat[A-Za-z0-9]{14}\.[a-f0-9]{64}', '{pat*.}', 'a token of Airtable'),
  ('digitalocean_token', 'do[opr]_v1_[a-f0-9]{64}', '{dop_v1_,doo_v1_,dor_v1_}', 'a token of DigitalOcean'),
  ('databricks_token', 'dapi[a-f0-9]{32}(?![A-Za-z0-9])', '{dapi}', 'a token of Databricks'),
  ('telegram_token', '[0-9]{8,10}:AA[A-Za-z0-9_-]{32,}', '{:AA}', 'the token of a bot of Telegram'),
  ('azure_key', '(AccountKey|SharedAccessKey|SharedAccessSignature)=[A-Za-z0-9+/%=&?:._-]{30,}', '{AccountKey=,SharedAccessKey=,SharedAccessSignature=}', 'a key in a connection string of Azure'),
  ('jwt', 'eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{10,}', '{eyJ*.eyJ}', 'a JSON Web Token'),
  ('bearer', '[Bb][Ee][Aa][Rr][Ee][Rr]\s+(?=[A-Za-z._~+/-]*[0-9])[A-Za-z0-9._~+/-]{16,}=*', '{bearer}', 'the credentials of a Bearer header'),
  ('basic', '[Bb][Aa][Ss][Ii][Cc]\s+(?=[A-Za-z+/]*[0-9=])[A-Za-z0-9+/]{12,}={0,2}(?![A-Za-z0-9+/=])', '{basic}', 'the credentials of a Basic header'),
  ('url_password', '[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#:@"''<>]*:[^\s/?#@"''<>]+@[^\s/?#@"''<>]+', '{://*@}', 'a URL with a password'),
  ('assigned_password', '(?:[A-Za-z0-9]+[_-])*(?:[Pp]assword|PASSWORD|[Pp]asswd|PASSWD|[Pp]wd|PWD|[Ss]ecret|SECRET|[Aa][Pp][Ii][_-]?[Kk][Ee][Yy]|[Aa]ccess[_-]?[Tt]oken|ACCESS_TOKEN|[Aa]uth[_-]?[Tt]oken|AUTH_TOKEN|[Rr]efresh[_-]?[Tt]oken)["'']?\s*(=|:\s*["''])\s*["'']?(?=[^\s"'',;&]*[0-9])[^\s"'',;&*<]{6,}',
    '{password,passwd,pwd,secret,apikey,api_key,api-key,token}', 'a password, secret or token that is assigned in a text'),
  ('said_password', '(?:[Pp]assword|PASSWORD|[Pp]asswd|PASSWD|[Pp]wd|PWD):\s+(?=[^\s"'',;]*[0-9])(?=[^\s"'',;]*[A-Za-z])[^\s"'',;&*<(]{8,}', '{password,passwd,pwd}', 'a password that stands behind the word'),
  ('header_key', '(?:[A-Za-z]+-)*(?:[Aa]pi|API|[Aa]uth|AUTH|[Aa]ccess|ACCESS|[Ss]ubscription)-?(?:[Kk]ey|KEY|[Tt]oken|TOKEN):\s*(?=[A-Za-z._-]*[0-9])[A-Za-z0-9+/_=.-]{16,}',
    '{api-key,apikey,auth-key,authkey,access-key,accesskey,subscription-key,api-token,auth-token,authtoken,access-token,accesstoken}', 'a key or token in a header of its own')
  ) v (name, pattern, literals, description)
ON CONFLICT DO NOTHING;

INSERT INTO lifecycle.secret_rules (name, applies_to, pattern, literals, description, origin) VALUES
  ('private_key', 'value', '-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----END ))*(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----)?', '{PRIVATE KEY}', 'a private key in PEM', 'shipped')
ON CONFLICT DO NOTHING;
