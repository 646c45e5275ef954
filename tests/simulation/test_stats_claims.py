"""Claims against made shops whose truth is none, double, harm or as claimed: the verdict is right.

Every verdict is counted over many shops; each is a test at 2.5 %, and what is wrong with truths
far from the claim must be nothing at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from maracuja import rng
from maracuja.stats.claims.evidence import Arms, Cell, Hits
from maracuja.stats.claims.judging import Because, Standing
from maracuja.stats.claims.published import CLAIMS, Against, Claim, Kind, Scale
from maracuja.stats.claims.report import Evidence, held_against

SEEDS = 400
CAMPAIGNS = 8
BY_CHANCE = 20  # of 400: more happen by chance once in some thousand times at 2.5 %
RIGHT = {
    "none": {Standing.CONTRADICTED},
    "harm": {Standing.CONTRADICTED},
    "double": {Standing.SUPPORTED},
    "claimed": {Standing.SUPPORTED},
}
TRUTHS = {"none": 1.0, "double": 2.0, "harm": 0.7}


def arms(
    draw: np.random.Generator, times: float, kind: Kind, people: int = 60_000
) -> tuple[Arms, ...]:
    """Eight campaigns of other rates, each with arms of other sizes; the ratio is true of each."""
    found = []
    for n in range(CAMPAIGNS):
        rate = 0.03 + 0.01 * n
        treated, control = people, people // (1 + n % 3)
        found.append(
            Arms(
                campaign=f"c{n}",
                kind=kind,
                treated=treated,
                treated_hits=int(draw.binomial(treated, rate * times)),
                control=control,
                control_hits=int(draw.binomial(control, rate)),
            )
        )
    return tuple(found)


def cells(draw: np.random.Generator, times: float, people: int = 12_000) -> tuple[Cell, ...]:
    """Three segments and their contents, one of them loved by all: no matter for the matching."""
    found = []
    for segment, size, base in (("a", 2.0, 0.02), ("b", 1.0, 0.06), ("c", 0.5, 0.04)):
        for content, share in (("a", 0.5), ("b", 0.25), ("c", 0.25)):
            n = int(people * size * share)
            rate = base * (times if content == segment else 1.0)
            hits = int(draw.binomial(n, rate))
            found.append(
                Cell(
                    campaign="x",
                    segment=segment,
                    content=content,
                    share=share,
                    people=n,
                    hits=hits,
                )
            )
    return tuple(found)


def hits(
    draw: np.random.Generator, share: float, kind: Kind | None, people: int = 4_000
) -> tuple[Hits, ...]:
    """People who get one to nine messages: some click at everything, some at nothing."""
    messages = draw.integers(1, 10, people)
    liking = draw.beta(share * 2, (1 - share) * 2, people)
    pressed = draw.binomial(messages, liking)
    return (
        Hits(
            kind=kind,
            people=people,
            messages=int(messages.sum()),
            hits=int(pressed.sum()),
            hits_squared=int((pressed**2).sum()),
            hits_messages=int((pressed * messages).sum()),
            messages_squared=int((messages**2).sum()),
        ),
    )


def made(claim: Claim, times: float, draw: np.random.Generator) -> Evidence:
    """A shop in which the ratio, or the level, is truly this."""
    kind = claim.kind or Kind.EMAIL
    match claim.against:
        case Against.PERSONAL_CONVERSION:
            return Evidence(conversions=arms(draw, times, kind))
        case Against.PERSONAL_CLICKS:
            return Evidence(clicks=arms(draw, times, kind))
        case Against.REPEAT:
            return Evidence(again=arms(draw, times, kind))
        case Against.MATCHED:
            return Evidence(cells=cells(draw, times))
        case Against.CLICK_RATE:
            return Evidence(clicked=hits(draw, times, None))
        case Against.READ_AGAIN:
            return Evidence(read_back=hits(draw, times, kind))
        case Against.CLICKED_AGAIN:
            return Evidence(clicked_back=hits(draw, times, kind))


def verdicts(claim: Claim, truth: float, label: str) -> Counter[Standing]:
    return Counter(
        held_against(
            claim, made(claim, truth, rng.stream(seed, "claims", claim.id, label))
        ).judged.standing
        for seed in range(SEEDS)
    )


RATIOS = [claim for claim in CLAIMS if claim.scale is not Scale.LEVEL]
LEVELS = [claim for claim in CLAIMS if claim.scale is Scale.LEVEL]
ids: Callable[[Claim], str] = lambda claim: claim.id  # noqa: E731


@pytest.mark.parametrize("claim", RATIOS, ids=ids)
@pytest.mark.parametrize("truth", TRUTHS)
def test_the_verdict_is_right_in_every_shop(claim: Claim, truth: str) -> None:
    right = RIGHT[truth]
    if truth == "double" and claim.low > 2.0 and claim.scale is Scale.RATIO:
        right = {Standing.CONTRADICTED}  # twice is not six times
    found = verdicts(claim, TRUTHS[truth], truth)
    wrong = sum(n for standing, n in found.items() if standing not in right)
    # Twice, where twice is claimed, lies on the edge: there the test errs as often as it says.
    edge = truth == "double" and claim.figure == TRUTHS[truth]
    assert wrong <= (BY_CHANCE if edge else 0), found


@pytest.mark.parametrize("claim", RATIOS, ids=ids)
def test_what_is_as_claimed_is_supported(claim: Claim) -> None:
    middle = (claim.low + claim.high) / 2 + (claim.scale is Scale.LIFT)
    found = verdicts(claim, middle, "claimed")
    assert found[Standing.SUPPORTED] >= SEEDS - BY_CHANCE, found
    assert found[Standing.CONTRADICTED] <= BY_CHANCE


@pytest.mark.parametrize("claim", LEVELS, ids=ids)
def test_levels_are_told_apart(claim: Claim) -> None:
    middle, half, twice = (
        verdicts(claim, level, str(level))
        for level in ((claim.low + claim.high) / 2, claim.low / 2, min(claim.high * 2, 0.95))
    )
    assert middle[Standing.SUPPORTED] >= SEEDS - BY_CHANCE, middle
    assert half[Standing.CONTRADICTED] == SEEDS, half
    assert twice[Standing.SUPPORTED] == SEEDS, twice


@pytest.mark.parametrize("claim", RATIOS, ids=ids)
def test_on_the_edge_it_errs_as_often_as_it_says(claim: Claim) -> None:
    """Where the truth is just too small to support a claim, or just as large as is claimed."""
    lift = claim.scale is Scale.LIFT
    too_small = verdicts(claim, claim.enough + lift, "edge")
    assert too_small[Standing.SUPPORTED] <= BY_CHANCE, too_small
    just = verdicts(claim, claim.low + lift, "just")
    assert just[Standing.CONTRADICTED] <= BY_CHANCE, just


def test_a_small_shop_is_told_that_it_is_small() -> None:
    for claim in RATIOS[:5]:
        small = [
            held_against(claim, _few(claim, rng.stream(seed, "small", claim.id)))
            for seed in range(100)
        ]
        found = Counter(one.judged.standing for one in small)
        assert found[Standing.NOT_ENOUGH_DATA] >= 80, found
        assert all(
            one.judged.people_more is None or one.judged.people_more > 0
            for one in small
            if one.judged.standing is Standing.NOT_ENOUGH_DATA
        )


def _few(claim: Claim, draw: np.random.Generator) -> Evidence:
    some = arms(draw, 1.0, claim.kind or Kind.EMAIL, people=100)
    clicks = claim.against is Against.PERSONAL_CLICKS
    return Evidence(clicks=some) if clicks else Evidence(conversions=some)


def test_the_people_that_it_asks_for_are_enough() -> None:
    """A shop that takes the advice knows more than four times out of five."""
    claim = next(one for one in CLAIMS if one.id == "personal-overall")
    asked = held_against(claim, Evidence(base=0.05)).judged
    assert (asked.standing, asked.because) == (Standing.NOT_TESTABLE, Because.NO_DATA)
    assert asked.people_more is not None
    decided = 0
    for seed in range(SEEDS):
        draw = rng.stream(seed, "asked")
        half = asked.people_more // 2
        one = Arms(
            campaign="x",
            kind=Kind.EMAIL,
            treated=half,
            treated_hits=int(draw.binomial(half, 0.05 * 1.1)),
            control=half,
            control_hits=int(draw.binomial(half, 0.05)),
        )
        found = held_against(claim, Evidence(conversions=(one,))).judged
        decided += found.because is not Because.FITS_BOTH
    assert decided >= 0.77 * SEEDS


def test_intervals_of_levels_hold_the_truth_though_people_differ() -> None:
    held = 0
    for seed in range(SEEDS):
        claim = LEVELS[0]
        found = held_against(
            claim, Evidence(clicked=hits(rng.stream(seed, "cover"), 0.2, None, 500))
        )
        low, high = found.own.interval.low, found.own.interval.high
        assert low is not None and high is not None
        held += low <= 0.2 <= high
    assert held >= 0.925 * SEEDS
