"""What an account's calls used up of its tool's limits, while the Redis store is away."""

from django.db import models


class Allowance(models.Model):
    """One account. `used` are its calls by limit and part of a window, as `rules/pace` counts them.

    Until `closed_until` no call is made; `pause` is how long that was for, in seconds. `promised`
    is when the last of those who wait was told to come back. Times are seconds since 1970.
    """

    account = models.CharField(max_length=300, primary_key=True)
    used = models.JSONField(default=list)
    promised = models.FloatField(default=0.0)
    closed_until = models.FloatField(default=0.0)
    pause = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return self.account
