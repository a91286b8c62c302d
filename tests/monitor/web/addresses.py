"""Every page and every button of the product, as addresses of the cast's stage."""

from tests.monitor.pages.cast import Cast


def pages(cast: Cast) -> dict[str, str]:
    """Answer the address of each page by its name."""
    runs = {f"run {name}": f"/runs/{run.pk}/" for name, run in cast.runs.items()}
    chains = {f"chain {slug}": f"/chains/{slug}/" for slug in cast.chains}
    return {
        "overview": "/",
        "incidents": "/incidents/",
        "incident": f"/incidents/{cast.incidents['swapped'].pk}/",
        "connections": "/connections/",
        "connection": "/connections/stripe/",
        "connection with residue": "/connections/sheet/",
        "connection with access": "/connections/quickbooks/",
        "connection without access": "/connections/xero/",
        "connect": "/connections/xero/connect/",
        "connect again": "/connections/quickbooks/connect/",
        "channels": "/channels/",
        "health": "/health/",
        **chains,
        **runs,
    }


def rows(cast: Cast) -> list[str]:
    """Answer the pages that show one row of a workspace."""
    return [path for path in pages(cast).values() if path.count("/") > 2]


def buttons() -> list[str]:
    """Answer every address that changes something."""
    return [
        "/pause/",
        "/resume/",
        "/chains/quotes/run/",
        "/chains/quotes/pause/",
        "/chains/quotes/resume/",
        "/connections/sheet/test/",
        "/connections/xero/connect/begin/",
        "/channels/owner/test/",
    ]
