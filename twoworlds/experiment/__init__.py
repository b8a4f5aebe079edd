"""How changes are tested: estimates and their errors, planning, what a significant result is worth, decisions."""

from twoworlds.experiment.analysis import analyse
from twoworlds.experiment.decision import Guardrail, decide
from twoworlds.experiment.estimates import Estimate, se_until_touching
from twoworlds.experiment.means import difference, fieller, fieller_p, paired, relative
from twoworlds.experiment.moments import Moments, by_arm
from twoworlds.experiment.permutation import Permutation, permutation_test
from twoworlds.experiment.power import (
    days_needed,
    detectable,
    detectable_shares,
    power_of,
    power_shares,
    power_t,
    rule_of_thumb,
    sample_size,
    sample_size_shares,
    sample_size_t,
    users_for_skew,
)
from twoworlds.experiment.proportions import (
    Count,
    chi_square,
    difference_of_shares,
    fisher_exact,
    risk_ratio,
)
from twoworlds.experiment.risk import exaggeration, exaggeration_of_wins, false_positive_risk, sign_error

__all__ = [
    "Count",
    "Estimate",
    "Guardrail",
    "Moments",
    "Permutation",
    "analyse",
    "by_arm",
    "chi_square",
    "days_needed",
    "decide",
    "detectable",
    "detectable_shares",
    "difference",
    "difference_of_shares",
    "exaggeration",
    "exaggeration_of_wins",
    "false_positive_risk",
    "fieller",
    "fieller_p",
    "fisher_exact",
    "paired",
    "permutation_test",
    "power_of",
    "power_shares",
    "power_t",
    "relative",
    "risk_ratio",
    "rule_of_thumb",
    "sample_size",
    "sample_size_shares",
    "sample_size_t",
    "se_until_touching",
    "sign_error",
    "users_for_skew",
]
