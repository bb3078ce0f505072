"""Every rule takes its own examples and leaves the others; every token format too."""

from __future__ import annotations

import pytest

from envlift.scanning.literals.token_formats import TOKEN_FORMATS, TokenFormat, token_format
from envlift.sensitivity.judgement import RULES
from envlift.sensitivity.literals import LITERAL_RULES, LiteralRule
from envlift.sensitivity.name_rules import rule_for_name
from envlift.sensitivity.rules import NameRule, Rule, Use, UseRule, ValueRule
from envlift.sensitivity.use_rules import rule_for_use
from envlift.sensitivity.value_rules import rule_for_value
from envlift.sensitivity.words import canonical


def speaking(example: str | Use, rule: Rule) -> Rule | None:
    """The rule that speaks first about an example, in the drawer that the rule lies in."""
    match rule:
        case NameRule():
            return rule_for_name(str(example))
        case ValueRule():
            return rule_for_value(str(example))
        case UseRule():
            assert isinstance(example, Use)
            return rule_for_use(example)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_takes_its_examples_and_leaves_the_others(rule: Rule) -> None:
    assert rule.takes, "a rule without an example that it takes"
    assert rule.leaves, "a rule without an example that it leaves"
    for number, example in enumerate(rule.takes):
        assert speaking(example, rule) is rule, f"takes[{number}] of {rule.name} is taken by another rule or by none"
    for number, example in enumerate(rule.leaves):
        assert speaking(example, rule) is not rule, f"leaves[{number}] of {rule.name} is taken"


@pytest.mark.parametrize("rule", LITERAL_RULES, ids=lambda rule: rule.name)
def test_a_literal_rule_takes_its_examples_and_leaves_the_others(rule: LiteralRule) -> None:
    for number, example in enumerate(rule.takes):
        first = next((r for r in LITERAL_RULES if r.test(example)), None)
        assert first is rule, f"takes[{number}] of {rule.name} is taken by {first and first.name}"
    for number, example in enumerate(rule.leaves):
        assert not rule.test(example), f"leaves[{number}] of {rule.name} is taken"


def test_names_of_rules_are_unique_and_reasons_are_sentences() -> None:
    rules = [*RULES, *LITERAL_RULES]
    names = [rule.name for rule in rules]
    assert len(names) == len(set(names))
    assert [rule.name for rule in rules if len(rule.reason.split()) < 4 or rule.reason.endswith(".")] == []


@pytest.mark.parametrize("known", TOKEN_FORMATS, ids=lambda known: known.service)
def test_a_token_format_takes_its_examples_and_leaves_the_others(known: TokenFormat) -> None:
    assert all(token_format(example) is known for example in known.takes)
    assert all(token_format(f"Bearer {example}") is known for example in known.takes)
    assert all(token_format(example) is None for example in known.leaves)
    assert known.source


def test_a_token_inside_a_longer_word_is_none() -> None:
    token = "AK" + "IA" + "QWERTYUIOPASDF23"
    assert token_format(token) is not None
    assert token_format(f"x{token}") is None
    assert token_format(f"{token}99") is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("DB_PASSWORD", "_db_password_"),
        ("dbPassword", "_db_password_"),
        ("db-password", "_db_password_"),
        ("db.password", "_db_password_"),
        ("DBPassword", "_db_password_"),
        ("PGPASSWORD", "_pg_password_"),
        ("OPENAI_APIKEY", "_openai_api_key_"),
        ("apiKey2", "_api_key_2_"),
        ("OAuth2Token", "_oauth2_token_"),
        ("WebHookUrl", "_webhook_url_"),
        ("S3Bucket", "_s3_bucket_"),
        ("NEO4J_URI", "_neo4j_uri_"),
        ("sync_b60b", "_sync_b60b_"),
        ("monkey", "_monkey_"),
        ("KEYWORDS", "_keywords_"),
        ("TOKENIZER", "_tokenizer_"),
        ("", "_"),
        ("__", "_"),
    ],
)
def test_the_words_of_a_name(name: str, words: str) -> None:
    assert canonical(name) == words
