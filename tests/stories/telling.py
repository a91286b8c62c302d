"""What the product's own rows say of a chain, as plain data."""

from datetime import datetime
from typing import Any

from monitor.models import Chain, Incident, Residue, Run


def rows(chain: Chain) -> dict[str, Any]:
    """Answer what the product's own rows say of a chain."""
    runs = list(Run.objects.filter(chain=chain).order_by("pk"))
    return {
        "runs": [
            {
                "id": run.pk,
                "tag": run.tag,
                "email": run.lead.get("email", ""),
                "cause": run.cause,
                "persona": run.persona,
                "submission": run.submission,
                "submitted_at": _epoch(run.submitted_at),
                "verdict": run.verdict,
                "judged_at": _epoch(run.judged_at),
                "findings": run.findings,
                "hops": run.hops,
                "looks": {stop.hop: stop.looks for stop in run.stops.all()},
            }
            for run in runs
        ],
        "incidents": [
            {
                "subject": incident.subject,
                "kinds": incident.kinds,
                "findings": incident.findings,
                "opened_at": _epoch(incident.opened_at),
                "resolved_at": _epoch(incident.resolved_at),
                "resolution": incident.resolution,
                "worse": incident.worse,
                "alerts": sorted(
                    [alert.channel.slug, alert.event, alert.sent_at is not None]
                    for alert in incident.alerts.select_related("channel")
                ),
            }
            for incident in Incident.objects.filter(chain=chain).order_by("pk")
        ],
        "residue": [
            {"tool": left.connection.connector, "state": left.state, "why": left.why}
            for left in Residue.objects.filter(run__chain=chain).select_related("connection")
        ],
    }


def _epoch(at: datetime | None) -> float | None:
    return at.timestamp() if at else None
