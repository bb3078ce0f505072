"""What the use of a value says: passed as a password, sent in a header, loaded as a block, opened as a file."""

from __future__ import annotations

from envlift.sensitivity.name_rules import rule_for_name
from envlift.sensitivity.rules import Use, UseRule, Verdict

_FILE_CALLS = frozenset(
    {"open", "Path", "pathlib.Path", "os.path.exists", "os.path.isfile", "os.path.join", "os.path.expanduser"}
)
_FILE_WRAPPERS = frozenset({"Path", "pathlib.Path", ".exists", ".expanduser", ".read_text", ".read_bytes"})
_STORES = frozenset(
    {
        "get_secret",
        "get_secret_value",
        "access_secret_version",
        "Variable.get",
        "Variable.aget",
        "load_secret",
        "get_credentials",
    }
)
_ENGINES = frozenset({"create_engine", "create_async_engine", "MongoClient"})
_NOT_BLOCKS = frozenset(
    {"json", "yaml", "pickle", "joblib", "np", "numpy", "torch", "toml", "tomllib", "xr", "gdf", "librosa"}
)


def _names_a_block(use: Use) -> bool:
    owner, _, method = use.callee.rpartition(".")
    if method in {"load", "aload"}:
        return owner.split(".")[0] not in _NOT_BLOCKS and owner[:1].isupper()
    return method in _STORES or use.callee in _STORES


def _opened(use: Use) -> bool:
    return (
        use.wrapper in _FILE_WRAPPERS
        or use.callee in _FILE_CALLS
        or use.callee.endswith("from_service_account_file")
        or use.receiver in {"key_filename", "key_file", "keyfile", "credentials_path", "ssl_ca"}
    )


def _says(name: str, verdict: Verdict) -> bool:
    rule = rule_for_name(name) if name else None
    return rule is not None and rule.verdict is verdict


# The owner's own word: it beats what a name says.
KEPT = UseRule(
    "use/kept-in-a-block",
    Verdict.SECRET,
    "other code of this repository loads it from a Secret block of that name",
    lambda use: bool(use.block),
    (Use(block="shop-email"),),
    (Use("email", "login"),),
)

USE_RULES: tuple[UseRule, ...] = (
    KEPT,
    UseRule(
        "use/name-of-a-block",
        Verdict.PLAIN,
        "the code loads a block or secret by this name",
        _names_a_block,
        (Use(callee="Secret.load"), Use(callee="SlackWebhook.aload"), Use(callee="client.get_secret_value")),
        (Use(callee="json.load"), Use(callee="connect"), Use(callee="self.load")),
    ),
    UseRule(
        "use/opened-as-a-file",
        Verdict.PLAIN,
        "the code opens it as a file, so it is a path",
        _opened,
        (
            Use(callee="open"),
            Use(receiver="key", wrapper="Path"),
            Use(receiver="key_filename", callee="client.connect"),
        ),
        (Use(receiver="password", callee="connect"),),
    ),
    UseRule(
        "use/secret-type",
        Verdict.SECRET,
        "the code wraps it in SecretStr",
        lambda use: (
            use.wrapper in {"SecretStr", "SecretBytes"} or use.callee.rpartition(".")[2] in {"SecretStr", "SecretBytes"}
        ),
        (Use(wrapper="SecretStr"), Use(callee="pydantic.SecretStr")),
        (Use(wrapper="str"),),
    ),
    UseRule(
        "use/passed-as-a-secret",
        Verdict.SECRET,
        "the code takes it as a password, token or key",
        lambda use: _says(use.receiver, Verdict.SECRET),
        (
            Use("password", "psycopg2.connect"),
            Use("api_key", "OpenAI"),
            Use("Authorization"),
            Use("X-API-Key", "session.get"),
        ),
        (Use("max_tokens", "create"), Use("token_url", "OAuth2"), Use("user", "connect")),
    ),
    UseRule(
        "use/given-by-a-getter",
        Verdict.SECRET,
        "the function that reads it says that it gives a secret",
        lambda use: _says(use.getter, Verdict.SECRET),
        (Use("value", getter="get_secret"), Use(getter="_load_api_key")),
        (Use("value", getter="get_token_count"), Use("value", getter="get_setting")),
    ),
    UseRule(
        "use/passed-as-an-address-with-password",
        Verdict.CARRIER,
        "the code takes it as a database address",
        lambda use: (
            use.wrapper in {"", "str", "or"}
            and (_says(use.receiver, Verdict.CARRIER) or use.callee.rpartition(".")[2] in _ENGINES)
        ),
        (Use("dsn", "asyncpg.connect"), Use(callee="sqlalchemy.create_engine"), Use(callee="MongoClient")),
        (Use("host", "connect"), Use(callee="requests.get"), Use("", "create_engine", "f-string")),
    ),
    UseRule(
        "use/passed-as-auth",
        Verdict.LIKELY,
        "the code passes it as authentication",
        lambda use: use.receiver == "auth" or use.callee.rpartition(".")[2] in {"HTTPBasicAuth", "HTTPDigestAuth"},
        (Use("auth", "requests.get"), Use(callee="HTTPBasicAuth")),
        (Use("auth_type", "connect"), Use("author")),
    ),
)


def rule_for_use(use: Use) -> UseRule | None:
    """The first rule that knows what a use means; None when it says nothing."""
    return next((rule for rule in USE_RULES if rule.matches(use)), None)
