"""What counts as one thing: near, of one time, in similar words, and no chain that swallows a town."""

import random

import pytest

from geo.alike import ACROSS, LARGEST, Spot, clusters, longest, shared

DEGREE = 111_320.0  # metres of latitude
TREE = "Cây đổ chắn ngang đường Trần Hưng Đạo, xe không qua được"
TREE_TOO = "Có cây to đổ ngang đường Trần Hưng Đạo trước chợ, mọi người đi vòng"
POWER = "Nhà tôi mất điện từ tối qua, cột bị nghiêng sát mái"


def spot(number: int, north: float = 0.0, *, text: str = TREE, minutes: float = 0, **said: object) -> Spot:
    return Spot(number, (1, False), 108.3, 15.8 + north / DEGREE, minutes * 60, text, **said)  # type: ignore[arg-type]


def ids(spots: list[Spot], apart: set[tuple[int, int]] | None = None, hours: float = 6) -> set[frozenset[int]]:
    return {frozenset(one.id for one in found) for found in clusters(spots, apart=apart or set(), hours=hours)}


def test_what_two_people_say_of_one_tree_is_one_thing() -> None:
    assert ids([spot(1), spot(2, 60, text=TREE_TOO, minutes=20)]) == {frozenset({1, 2})}


@pytest.mark.parametrize(
    "other",
    [
        spot(2, 300),
        spot(2, minutes=361),
        spot(2, 40, text=POWER),
        Spot(2, (2, False), 108.3, 15.8, 0, TREE),
        Spot(2, (1, True), 108.3, 15.8, 0, TREE),
    ],
    ids=["far", "late", "other words", "another category", "a demonstration"],
)
def test_what_is_far_or_late_or_something_else_is_not(other: Spot) -> None:
    assert ids([spot(1), other]) == set()


def test_words_are_compared_without_their_marks() -> None:
    assert ids([spot(1), spot(2, 90, text="cay do chan ngang duong tran hung dao, xe khong qua duoc")])


def test_a_chain_of_neighbours_does_not_swallow_a_street() -> None:
    street = [spot(number, 90 * number) for number in range(40)]
    found = clusters(street, apart=set(), hours=6)
    assert sum(map(len, found)) > 30
    assert max(map(longest, found)) <= ACROSS


def test_a_group_fits_on_a_form() -> None:
    assert max(map(len, clusters([spot(number) for number in range(250)], apart=set(), hours=6))) <= LARGEST


def test_what_an_operator_kept_apart_is_not_brought_together_by_a_third() -> None:
    spots = [spot(1), spot(2, 20), spot(3, 10)]
    assert all(not {1, 2} <= found for found in ids(spots, {(1, 2)}))
    assert ids(spots, {(1, 2), (1, 3), (2, 3)}) == set()


def test_two_that_lead_others_stay_two() -> None:
    found = ids([spot(1, leads=True), spot(2, 20, leads=True), spot(3, 10)])
    assert found
    assert all(not {1, 2} <= one for one in found)


def test_the_shared_words_are_those_of_half_of_them_as_somebody_wrote_them() -> None:
    assert "trần" in shared([TREE, TREE_TOO, POWER])
    assert not {"điện", "được", "có"} & set(shared([TREE, TREE_TOO, POWER]))


def test_in_any_storm_each_is_in_one_group_at_most_and_none_is_too_wide() -> None:
    rng = random.Random(3)
    words = (TREE + " " + POWER).split()
    spots = [
        Spot(
            number,
            (rng.randrange(3), False),
            108.3 + rng.gauss(0, 0.004),
            15.8 + rng.gauss(0, 0.004),
            rng.uniform(0, 40_000),
            " ".join(rng.sample(words, 9)),
            rng.random() < 0.05,
        )
        for number in range(600)
    ]
    apart = {(number, number + 1) for number in range(0, 600, 2)}
    found = clusters(spots, apart=apart, hours=3)
    everybody = [one.id for cluster in found for one in cluster]
    assert len(everybody) == len(set(everybody)) > 50
    for cluster in found:
        assert 2 <= len(cluster) <= LARGEST
        assert longest(cluster) <= ACROSS
        assert len({one.kind for one in cluster}) == 1
        assert sum(one.leads for one in cluster) <= 1
        inside = {one.id for one in cluster}
        assert not any({one, other} <= inside for one, other in apart)
