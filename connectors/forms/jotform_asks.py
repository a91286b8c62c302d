"""What the Jotform connector asks: the key, the form, and where the account lives."""

from connectors.kit.settings import Ask, AskKind, secret, text

ASKS = (
    secret(
        "api_key",
        "API key",
        help="Your picture › Settings › API › Create New Key, with Full Access. For chains that "
        "only look here, Read Access is enough.",
    ),
    text(
        "form_id",
        "Form ID",
        help="The long number in the form's address.",
        pattern=r"\d+",
        example="233241234567890",
    ),
    Ask(
        key="region",
        label="Region",
        kind=AskKind.CHOICE,
        help="Where the account is kept: Settings › Data says so.",
        choices=("us", "eu", "hipaa"),
        default="us",
        required=False,
    ),
    Ask(
        key="base_url",
        label="Address of Jotform Enterprise",
        kind=AskKind.URL,
        help="Only with Jotform Enterprise: your own domain, with /API behind it. It goes before "
        "the region.",
        required=False,
        example="https://forms.example.com/API",
    ),
    text(
        "time_zone",
        "Time zone of the submissions",
        help="Only if times of submissions are hours off: Jotform writes them without a zone, and "
        "the account's own is taken.",
        required=False,
        example="America/New_York",
    ),
)
