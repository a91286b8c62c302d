"""What a person asks of a whole workspace: begin, stop everything, go on."""

from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from monitor.actions.chain import begun
from monitor.models import Chain, Member, Role, Workspace

FIRST = "main"
OWNER = "owner"


def first_start(name: str, now: datetime) -> Workspace:
    """Answer the workspace of this installation, made with its owner on the first start."""
    del now
    with transaction.atomic():
        workspace = Workspace.objects.order_by("pk").first()
        if workspace is None:
            workspace, _ = Workspace.objects.get_or_create(slug=FIRST, defaults={"name": name})
        if not workspace.members.filter(role=Role.OWNER).exists():
            owner, made = get_user_model().objects.get_or_create(username=OWNER)
            if made:
                owner.set_unusable_password()
                owner.save(update_fields=("password",))
            Member.objects.get_or_create(
                workspace=workspace, user=owner, defaults={"role": Role.OWNER}
            )
    return workspace


def owner_email(workspace: Workspace) -> str:
    """Answer where the owner is told what no channel would take; empty where nobody said."""
    owner = _owner(workspace)
    return owner.user.email if owner is not None else ""


def tell_owner(workspace: Workspace, email: str) -> None:
    """Make `email` the owner's."""
    owner = _owner(workspace)
    if owner is not None:
        get_user_model().objects.filter(pk=owner.user_id).update(email=email)


def _owner(workspace: Workspace) -> Member | None:
    owners = workspace.members.filter(role=Role.OWNER).select_related("user")
    return owners.order_by("pk").first()


def pause_all(workspace: Workspace, now: datetime) -> None:
    """Start no new runs on any chain; those under way are finished and removed."""
    with transaction.atomic():
        Workspace.objects.filter(pk=workspace.pk, paused_at=None).update(paused_at=now)
        Chain.objects.filter(workspace=workspace).update(due_at=None, claim="")
    workspace.refresh_from_db()


def resume_all(workspace: Workspace, now: datetime) -> None:
    """Go on with the next slot of every chain that is not paused by itself."""
    with transaction.atomic():
        resumed = Workspace.objects.filter(pk=workspace.pk).exclude(paused_at=None)
        if resumed.update(paused_at=None):
            workspace.paused_at = None
            for chain in workspace.chain_set.filter(paused_at=None, deleted_at=None):
                Chain.objects.filter(pk=chain.pk).update(**begun(chain, now))
    workspace.refresh_from_db()
