"""What the Gravity Forms connector asks: the site, the form, and how calls are signed."""

from connectors.kit.settings import Ask, AskKind, secret, text

ASKS = (
    Ask(
        key="base_url",
        label="Address of the site",
        kind=AskKind.URL,
        help="Where WordPress is, without /wp-json. Only this host is called.",
        example="https://www.example.com",
    ),
    text("form_id", "Form ID", help="Forms › the ID column.", pattern=r"\d+", example="1"),
    Ask(
        key="auth",
        label="How calls are signed",
        kind=AskKind.CHOICE,
        help="basic needs https; oauth1 also works for a site without it.",
        choices=("basic", "oauth1"),
        default="basic",
        required=False,
    ),
    text(
        "consumer_key",
        "Consumer key",
        help="Forms › Settings › REST API › Add Key, with Read/Write. With basic it may also be "
        "the name of a WordPress user.",
        example="ck_…",
    ),
    secret(
        "consumer_secret",
        "Consumer secret",
        help="Shown once, beside the key. For a WordPress user: an application password, made "
        "under Users › Profile.",
    ),
)
