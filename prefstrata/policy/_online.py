"""What a policy may say of online feedback: how far clocks may be off, and what looks like pushing."""

from __future__ import annotations

from pydantic import Field

from prefstrata.project import Strict

__all__ = ["ONLINE_COLUMNS", "Online"]


class Caps(Strict):
    """The most judging events that count, by whom they come from; of more, a lot drawn by hash counts."""

    user_day: int = Field(200, ge=1, description="Of one user on one day.")
    session: int = Field(500, ge=1, description="Of one session.")
    address_day: int = Field(2_000, ge=1, description="Of one block of addresses on one day, where events name it.")
    cohort_day: int = Field(100_000, ge=1, description="Of one cohort on one day, where events name it.")


class Online(Strict):
    """Online feedback. Read from the policy of `*` alone: users act in all scenarios."""

    skew_minutes: int = Field(
        5,
        ge=0,
        description="An event dated this long after its receipt has a wrong clock, and counts as received.",
    )
    caps: Caps = Field(default_factory=Caps, description="The most events that count.")
    burst_seconds: int = Field(10, ge=1, description="The span in which a burst is looked for.")
    burst_events: int = Field(15, ge=2, description="Judging events of one user in one span that no hand makes.")
    lockstep_minutes: int = Field(60, ge=1, description="What several do to one response in such a span is together.")
    lockstep_shared: int = Field(
        10,
        ge=2,
        description="Users, or sessions without one, that do the same to the same responses together this often, and"
        " mostly that, are one hand.",
    )
    golden_votes: int = Field(
        8, ge=1, description="Least prompts with pairs whose answer is trusted before a user can lose its say by them."
    )
    clip: float = Field(
        5.0, ge=1, description="Most that an event counts more, or less, for how rarely its like speaks up."
    )
    unknown: float = Field(
        0.1,
        ge=0,
        le=1,
        description="What an event of unknown reliability counts, beside one of the most reliable kind.",
    )
    watch_days: int = Field(7, ge=1, description="Newest days that are held against those before, to see drift.")
    backflow: int = Field(
        60, ge=1, description="Pairs that wait for annotators because of online feedback, per scenario."
    )

    @property
    def row(self) -> tuple[float, ...]:
        """The values of the table ``policy.online``, in the order of `ONLINE_COLUMNS`."""
        caps = self.caps.model_dump().values()
        rest = self.model_dump(exclude={"caps"}).values()
        return (*caps, *rest)


ONLINE_COLUMNS = (*(f"cap_{name}" for name in Caps.model_fields), *(n for n in Online.model_fields if n != "caps"))
"""The columns of ``policy.online``, after the scenario."""
