"""For TRL: weights and soft labels that reach the gradient.

TRL's DPO and reward trainers keep token ids (and the reward trainer ``margin``) and nothing else of a row. The trainers
made here keep the columns that ``prefstrata checkout --weights column`` writes as well:

* ``weight``: the loss of a row is multiplied by it. A row of weight 0 has no gradient, one of weight 2 twice that of
  weight 1.
* ``p``: the probability that chosen is better enters the loss as a soft label: p times the loss of the pair as it
  stands, plus 1 - p times the loss of the pair turned round (conservative DPO, Mitchell 2023; for the reward model the
  cross entropy of Bradley and Terry's model against p).

They are ordinary subclasses: what they do not say, TRL decides. Nothing here imports TRL before it is asked to.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from prefstrata.model import ConfigError
from prefstrata.trainers.trl_addon._collating import WithColumns
from prefstrata.trainers.trl_addon._dpo import WeightedDPO
from prefstrata.trainers.trl_addon._reward import WeightedReward

__all__ = ["WeightedDPO", "WeightedReward", "WithColumns", "weighted_dpo_trainer", "weighted_reward_trainer"]


@cache
def weighted_dpo_trainer() -> Any:  # noqa: ANN401 - a class of TRL's, which is not installed where types are checked
    """TRL's ``DPOTrainer`` with weights and soft labels.

    Returns:
        The class. Its arguments are TRL's, and ``soft_labels``: whether ``p`` enters the loss, where the rows have it
        (default: yes).

    Raises:
        ConfigError: TRL is not installed.
    """
    return type("WeightedDPOTrainer", (WeightedDPO, _trl("DPOTrainer")), {"__doc__": WeightedDPO.__doc__})


@cache
def weighted_reward_trainer() -> Any:  # noqa: ANN401 - as above
    """TRL's ``RewardTrainer`` with weights, soft labels and margins.

    Returns:
        The class. Its arguments are TRL's, and ``soft_labels`` as in :func:`weighted_dpo_trainer`. A row's ``margin``
        is used where soft labels are not: together they would count what is known of a pair twice.

    Raises:
        ConfigError: TRL is not installed.
    """
    return type("WeightedRewardTrainer", (WeightedReward, _trl("RewardTrainer")), {"__doc__": WeightedReward.__doc__})


def _trl(name: str) -> Any:  # noqa: ANN401 - as above
    try:
        import trl  # noqa: PLC0415 - see the module
    except ImportError as error:
        raise ConfigError("the add-on needs TRL", todo="pip install 'prefstrata[trl]'") from error
    return getattr(trl, name)
