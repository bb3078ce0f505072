"""Formats of credentials that their services document: facts about strings, each with the prefix that gives it away.

A table of ours, because a scan must start fast: the smallest maintained library of patterns takes 0.1 s to import.
Examples are put together at run time, so that scanners of this repository find nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenFormat:
    """One documented format.

    Args:
        service: Who issues it, as people say it.
        prefixes: Lower-case substrings of which every such token holds one: the cheap test before the pattern.
        pattern: Searched in the value.
        source: The page that documents the format.
        takes, leaves: Made-up examples.
    """

    service: str
    prefixes: tuple[str, ...]
    pattern: re.Pattern[str]
    source: str
    takes: tuple[str, ...]
    leaves: tuple[str, ...]


def _body(length: int, alphabet: str = "a9Kq3ZtR7mXw2LsV8cYb5NdJ1fHg6PeQ4uTo0Ui") -> str:
    return (alphabet * (length // len(alphabet) + 1))[:length]


def _hex(length: int) -> str:
    return _body(length, "3f9a0c7be15d8264")


def _format(service: str, prefixes: str, pattern: str, source: str, take: str, leave: str) -> TokenFormat:
    whole = re.compile(rf"(?<![A-Za-z0-9_-]){pattern}(?![A-Za-z0-9])")
    return TokenFormat(service, tuple(prefixes.split()), whole, source, (take,), (leave,))


TOKEN_FORMATS: tuple[TokenFormat, ...] = (
    _format("Anthropic", "sk-ant-", r"sk-ant-[A-Za-z0-9]{3,}-[\w-]{20,}", "console.anthropic.com", "sk-" + "ant-api03-" + _body(60), "sk-ant-demo"),
    _format("Langfuse", "sk-lf-", r"sk-lf-[0-9a-f-]{36}", "langfuse.com/docs", "sk-" + "lf-3f9a0c7b-e15d-4264-8f9a-0c7be15d8264", "pk-lf-name"),
    _format("OpenAI", "sk-", r"sk-(?:proj-|svcacct-|admin-)?[\w-]{32,}", "platform.openai.com/docs", "sk-" + "proj-" + _body(48), "sk-learn-model-name"),
    _format("Stripe", "k_live_ k_test_", r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,}", "docs.stripe.com/keys", "sk_" + "live_" + _body(24), "pk_live_" + "publishable"),
    _format("Stripe webhook", "whsec_", r"whsec_[A-Za-z0-9+/=]{24,}", "docs.stripe.com/webhooks", "whsec" + "_" + _body(32), "whsec_name"),
    _format("GitHub", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{36,}", "docs.github.com", "gh" + "p_" + _body(36), "ghp_token"),
    _format("GitHub", "github_pat_", r"github_pat_\w{40,}", "docs.github.com", "github" + "_pat_" + _body(60), "github_pat_name"),
    _format("GitLab", "gl", r"gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat)-[\w-]{20,}", "docs.gitlab.com/security/tokens", "glp" + "at-" + _body(20), "glpat-short"),
    _format("Slack", "xox", r"xox[abeoprs](?:\.xox[bp])?-[\w-]{20,}", "docs.slack.dev/authentication/tokens", "xo" + "xb-1234567890-" + _body(24), "xoxb-token"),
    _format("Slack", "xapp-", r"xapp-\d-[A-Za-z0-9-]{20,}", "docs.slack.dev/authentication/tokens", "xa" + "pp-1-" + _body(40), "xapp-1"),
    _format("AWS", "akia asia abia acca", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}", "docs.aws.amazon.com/IAM", "AK" + "IA" + "QWERTYUIOPASDF23", "AKIA-SHORT"),
    _format("Google", "aiza", r"AIza[\w-]{35}", "cloud.google.com/docs/authentication/api-keys", "AI" + "za" + _body(35), "AIzawa"),
    _format("Google OAuth", "gocspx-", r"GOCSPX-[\w-]{28}", "developers.google.com/identity", "GOC" + "SPX-" + _body(28), "GOCSPX-x"),
    _format("Google OAuth", "ya29.", r"ya29\.[\w-]{30,}", "developers.google.com/identity", "ya" + "29." + _body(60), "ya29.x"),
    _format("Hugging Face", "hf_", r"hf_[A-Za-z0-9]{30,}", "huggingface.co/docs/hub/security-tokens", "h" + "f_" + _body(34), "hf_model_name"),
    _format("Prefect", "pnu_ pnb_", r"pn[ub]_[A-Za-z0-9]{30,}", "docs.prefect.io/v3/how-to-guides/cloud", "pn" + "u_" + _body(36), "pnu_key"),
    _format("Databricks", "dapi", r"dapi[0-9a-f]{32}(?:-\d)?", "docs.databricks.com/dev-tools/auth/pat", "da" + "pi" + _hex(32), "dapi_token"),
    _format("SendGrid", "sg.", r"SG\.[\w-]{16,}\.[\w-]{30,}", "docs.sendgrid.com", "S" + "G." + _body(22) + "." + _body(43), "SG.example.com"),
    _format("Mailgun", "key-", r"key-[0-9a-f]{32}", "documentation.mailgun.com", "ke" + "y-" + _hex(32), "key-value-store"),
    _format("Mailchimp", "-us", r"[0-9a-f]{32}-us\d{1,2}", "mailchimp.com/developer", _hex(32) + "-" + "us12", "data-us1"),
    _format("Twilio", "sk", r"SK[0-9a-f]{32}", "twilio.com/docs/iam/api-keys", "S" + "K" + _hex(32), "SKU123"),
    _format("npm", "npm_", r"npm_[A-Za-z0-9]{36}", "docs.npmjs.com", "np" + "m_" + _body(36), "npm_config_cache"),
    _format("PyPI", "pypi-", r"pypi-AgE[\w-]{50,}", "pypi.org/help", "py" + "pi-AgE" + _body(80), "pypi-mirror"),
    _format("Docker Hub", "dckr_", r"dckr_(?:pat|oat)_[\w-]{20,}", "docs.docker.com/security", "dc" + "kr_pat_" + _body(27), "dckr_pat_x"),
    _format("DigitalOcean", "do", r"do[por]_v1_[0-9a-f]{64}", "docs.digitalocean.com/reference/api", "do" + "p_v1_" + _hex(64), "dop_v1_x"),
    _format("Linear", "lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}", "linear.app/developers", "li" + "n_api_" + _body(40), "lin_api_key"),
    _format("Notion", "ntn_ secret_", r"(?:ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43})", "developers.notion.com", "nt" + "n_" + _body(46), "secret_name"),
    _format("Airtable", "pat", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}", "airtable.com/developers", "pa" + "t" + _body(14) + "." + _hex(64), "pattern.txt"),
    _format("Groq", "gsk_", r"gsk_[A-Za-z0-9]{40,}", "console.groq.com/docs", "gs" + "k_" + _body(52), "gsk_key"),
    _format("xAI", "xai-", r"xai-[A-Za-z0-9]{40,}", "docs.x.ai", "xa" + "i-" + _body(80), "xai-model"),
    _format("Perplexity", "pplx-", r"pplx-[A-Za-z0-9]{40,}", "docs.perplexity.ai", "pp" + "lx-" + _body(48), "pplx-7b-online"),
    _format("Replicate", "r8_", r"r8_[A-Za-z0-9]{37}", "replicate.com/docs", "r" + "8_" + _body(37), "r8_x"),
    _format("Tavily", "tvly-", r"tvly-[A-Za-z0-9-]{20,}", "docs.tavily.com", "tv" + "ly-" + _body(32), "tvly-key"),
    _format("LangSmith", "lsv2_", r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}", "docs.smith.langchain.com", "ls" + "v2_pt_" + _hex(32) + "_" + _hex(10), "lsv2_pt"),
    _format("New Relic", "nrak- nrii-", r"NR(?:AK|II)-[A-Z0-9-]{27,}", "docs.newrelic.com", "NR" + "AK-" + _body(27, "QWERTY12UIOP34ASDF56"), "NRAK-x"),
    _format("Grafana", "glsa_ glc_", r"(?:glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}|glc_[A-Za-z0-9+/=]{32,})", "grafana.com/docs", "gl" + "sa_" + _body(32) + "_" + _hex(8), "glc_name"),
    _format("HashiCorp Vault", "hvs. hvb.", r"hv[sb]\.[\w-]{24,}", "developer.hashicorp.com/vault", "hv" + "s." + _body(90), "hvs.md"),
    _format("Doppler", "dp.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{40,}", "docs.doppler.com", "d" + "p.pt." + _body(43), "dp.pt.x"),
    _format("1Password", "ops_ey", r"ops_eyJ[\w-]{50,}", "developer.1password.com", "op" + "s_eyJ" + _body(80), "ops_event"),
    _format("Shopify", "shp", r"shp(?:at|ca|pa|ss)_[0-9a-f]{32}", "shopify.dev/docs", "sh" + "pat_" + _hex(32), "shp_file"),
    _format("Square", "eaaa sq0", r"(?:EAAA[\w-]{60}|sq0(?:csp|atp)-[\w-]{22,43})", "developer.squareup.com", "sq" + "0csp-" + _body(43), "sq0_x"),
    _format("HubSpot", "pat-", r"pat-(?:na|eu)\d-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "developers.hubspot.com", "pa" + "t-na1-3f9a0c7b-e15d-4264-8f9a-0c7be15d8264", "pat-na1"),
    _format("Figma", "figd_", r"figd_[\w-]{40}", "figma.com/developers", "fi" + "gd_" + _body(40), "figd_x"),
    _format("Atlassian", "atatt3", r"ATATT3[\w=-]{50,}", "support.atlassian.com", "AT" + "ATT3" + _body(120), "ATATT3"),
    _format("Supabase", "sbp_ sb_secret_", r"(?:sbp_[0-9a-f]{40}|sb_secret_[\w-]{20,})", "supabase.com/docs", "sb" + "p_" + _hex(40), "sb_publishable_x"),
    _format("PlanetScale", "pscale_", r"pscale_(?:tkn|pw|oauth)_[\w.-]{32,}", "planetscale.com/docs", "ps" + "cale_pw_" + _body(43), "pscale_x"),
    _format("dbt Cloud", "dbtc_ dbtu_", r"dbt[cu]_[\w-]{30,}", "docs.getdbt.com", "db" + "tu_" + _body(40), "dbtc_name"),
    _format("Sentry", "sntry", r"sntry[su]_[A-Za-z0-9+/=_-]{40,}", "docs.sentry.io", "sn" + "tryu_" + _hex(64), "sntrys_x"),
    _format("Postman", "pmak-", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}", "learning.postman.com", "PM" + "AK-" + _hex(24) + "-" + _hex(34), "PMAK-x"),
    _format("Terraform Cloud", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}", "developer.hashicorp.com/terraform", _body(14) + ".atlas" + "v1." + _body(64), "x.atlasv1.y"),
    _format("Telegram", ":aa", r"\d{8,10}:AA[\w-]{33}", "core.telegram.org/bots", "123456789" + ":A" + "A" + _body(33), "12:AAA"),
    _format("Discord", ".", r"[MNO][A-Za-z\d_-]{23,25}\.[\w-]{6}\.[\w-]{27,38}", "discord.com/developers/docs", "M" + _body(24) + "." + _body(6) + "." + _body(30), "Module.name.attribute"),
    _format("Azure AD", "~", r"[\w.-]{3}\dQ~[\w.~-]{31,34}", "learn.microsoft.com/entra", "abc8" + "Q~" + _body(34), "a~b"),
    _format("NVIDIA", "nvapi-", r"nvapi-[\w-]{50,}", "docs.nvidia.com/ngc", "nv" + "api-" + _body(64), "nvapi-models"),
    _format("Tailscale", "tskey-", r"tskey-(?:auth|api|client|webhook)-[A-Za-z0-9]{8,}-[A-Za-z0-9]{20,}", "tailscale.com/kb", "ts" + "key-auth-" + _body(17) + "-" + _body(32), "tskey-auth"),
    _format("PostHog", "phx_", r"phx_[A-Za-z0-9]{40,}", "posthog.com/docs/api", "ph" + "x_" + _body(43), "phx_airport"),
    _format("Resend", "re_", r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}", "resend.com/docs", "r" + "e_" + _body(8) + "_" + _body(24), "re_compile_pattern_list_of_names"),
    _format("Brevo", "xkeysib-", r"xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}", "developers.brevo.com", "xk" + "eysib-" + _hex(64) + "-" + _body(16), "xkeysib-name"),
    _format("MailerSend", "mlsn.", r"mlsn\.[0-9a-f]{64}", "developers.mailersend.com", "ml" + "sn." + _hex(64), "mlsn.example.com"),
    _format("JFrog", "akcp", r"AKCp[A-Za-z0-9]{60,}", "jfrog.com/help", "AK" + "Cp" + _body(69), "AKCp-name"),
    _format("SonarQube", "sqp_ squ_ sqa_", r"sq[pua]_[0-9a-f]{40}", "docs.sonarsource.com", "sq" + "u_" + _hex(40), "squ_admin"),
    _format("Mapbox", "sk.ey", r"sk\.eyJ[\w-]{20,}\.[\w-]{20,}", "docs.mapbox.com/accounts", "sk" + ".ey" + "J" + _body(60) + "." + _body(22), "sk.eyes"),
    _format("Contentful", "cfpat-", r"CFPAT-[\w-]{40,}", "contentful.com/developers", "CF" + "PAT-" + _body(43), "CFPAT-x"),
    _format("Netlify", "nfp_", r"nfp_[A-Za-z0-9]{36}", "docs.netlify.com/api", "nf" + "p_" + _body(36), "nfp_site"),
    _format("Render", "rnd_", r"rnd_[A-Za-z0-9]{28,}", "render.com/docs/api", "rn" + "d_" + _body(32), "rnd_project"),
    _format("Pulumi", "pul-", r"pul-[0-9a-f]{40}", "pulumi.com/docs", "pu" + "l-" + _hex(40), "pul-request"),
    _format("Dynatrace", "dt0", r"dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}", "docs.dynatrace.com", "dt" + "0c01." + _body(24, "QWERTY12UIOP34ASDF56") + "." + _body(64, "QWERTY12UIOP34ASDF56"), "dt0c01.x"),
    _format("RubyGems", "rubygems_", r"rubygems_[0-9a-f]{48}", "guides.rubygems.org", "ruby" + "gems_" + _hex(48), "rubygems_mirror"),
    _format("crates.io", "cio", r"cio[A-Za-z0-9]{32}", "doc.rust-lang.org/cargo", "ci" + "o" + _body(32), "cio_name"),
    _format("Typeform", "tfp_", r"tfp_[\w-]{40,}", "typeform.com/developers", "tf" + "p_" + _body(44), "tfp_form"),
    _format("Apify", "apify_api_", r"apify_api_[A-Za-z0-9]{36,}", "docs.apify.com", "ap" + "ify_api_" + _body(36), "apify_api_url"),
    _format("Neon", "napi_", r"napi_[a-z0-9]{60,}", "neon.com/docs", "na" + "pi_" + _hex(64), "napi_key"),
    _format("LlamaCloud", "llx-", r"llx-[A-Za-z0-9]{40,}", "docs.cloud.llamaindex.ai", "ll" + "x-" + _body(48), "llx-model"),
    _format("Asana", "1/ 2/", r"[12]/\d{14,}(?:/\d{14,})?:[0-9a-f]{32}", "developers.asana.com", "1/" + "1234567890123456" + ":" + _hex(32), "1/2:3"),
    _format("Google OAuth", "1//0", r"1//0[\w-]{40,}", "developers.google.com/identity", "1/" + "/0" + _body(95), "1//0"),
    _format("Honeycomb", "hcaik_ hcaic_", r"hcai[kc]_[a-z0-9]{40,}", "docs.honeycomb.io", "hc" + "aik_" + _hex(58), "hcaik_name"),
    _format("JSON Web Token", "eyj", r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{10,}", "RFC 7519", "ey" + "J" + _body(20) + ".ey" + "J" + _body(30) + "." + _body(43), "eyJ.eyJ.x"),
)  # fmt: skip

_FIRST = re.compile("|".join(sorted({re.escape(p) for f in TOKEN_FORMATS for p in f.prefixes}, key=len, reverse=True)))
_BY_PREFIX = tuple((prefix, known) for known in TOKEN_FORMATS for prefix in known.prefixes)
SHORTEST_TOKEN = 20


def token_format(text: str) -> TokenFormat | None:
    """The documented format that a token in the text has; None where there is none."""
    if len(text) < SHORTEST_TOKEN:
        return None
    lowered = text.lower()
    if _FIRST.search(lowered) is None:
        return None
    for prefix, known in _BY_PREFIX:
        if prefix in lowered and known.pattern.search(text):
            return known
    return None
