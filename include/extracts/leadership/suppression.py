"""Which other numbers have to be left out so that no small one can be worked out from those that stay.

Knows quantities and what adds up to what, nothing of indicators. A small quantity is safe when there is another table
of whole numbers that agrees with everything printed and with what the marks say (“<5” is 1 to 4, any other hidden
number is not 0), and gives it another value. Such a table is looked for one step away, ±1 here and there; the numbers
it changes are the ones left out: the proof that a small quantity cannot be known is found before anything is printed.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Final

SMALLEST_SHOWN: Final = 5

_MOST_STEPS: Final = 4000
"""Tables looked at for one small quantity before everything linked to it is left out instead."""

Key = Hashable
Step = int
"""+1 or -1: how another table differs from the true one in a quantity."""


def is_small(value: Decimal | None) -> bool:
    """Whether a count is one to four, and so could point at somebody."""
    return value is not None and 0 < value < SMALLEST_SHOWN


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of the true table.

    `cost` is how much is lost with it: the places it is printed at, more for a headline; 0 for one printed nowhere. It
    may not depend on the value: a reader who knows the rule would learn from what was left out.
    """

    value: Decimal
    is_sensitive: bool = False
    cost: int = 1

    @property
    def is_printed(self) -> bool:
        return self.cost > 0

    @property
    def is_primary(self) -> bool:
        return self.is_printed and self.is_sensitive and is_small(self.value)

    def allows(self, value: Decimal) -> bool:
        """Whether a reader who sees that it is hidden, and how it is marked, would believe this value."""
        if not self.is_printed:
            return value >= 0
        if not self.is_sensitive:
            return value >= 1
        return is_small(value) if is_small(self.value) else value >= SMALLEST_SHOWN


@dataclass(slots=True)
class Table:
    """Quantities in the order they were added, the order in which the first of equally good ones is left out."""

    quantities: dict[Key, Quantity] = field(default_factory=dict)
    _relations: list[dict[Key, int]] = field(default_factory=list)
    _touching: dict[Key, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, key: Key, quantity: Quantity) -> None:
        """Add a quantity; its key must be new."""
        self.quantities[key] = quantity

    def add_up(self, whole: Key, parts: list[Key], *, may_lack: bool = False) -> Key | None:
        """A reader knows that `parts` add up to `whole`.

        With `may_lack` something nobody has divided may be missing from the parts. When it is, a reader cannot know how
        much; the key of that rest is returned. Otherwise a difference is taken for known, which is the careful way.
        """
        lacking = self._total([whole]) - self._total(parts)
        return self._relate([whole], parts, lacking if may_lack and lacking > 0 else None)

    def cap(self, wholes: list[Key], parts: list[Key]) -> None:
        """A reader knows that `parts` together are at most `wholes`. Where they are not, there is nothing to know."""
        room = self._total(wholes) - self._total(parts)
        if room >= 0:
            self._relate(wholes, parts, room)

    def _relate(self, wholes: list[Key], parts: list[Key], rest: Decimal | None) -> Key | None:
        relation = dict.fromkeys(wholes, 1) | dict.fromkeys(parts, -1)
        rest_key = None
        if rest is not None:
            rest_key = ("rest", len(self._relations))
            self.add(rest_key, Quantity(rest, cost=0))
            relation[rest_key] = -1
        for key in relation:
            self._touching[key].append(len(self._relations))
        self._relations.append(relation)
        return rest_key

    def _total(self, keys: list[Key]) -> Decimal:
        return sum((self.quantities[key].value for key in keys), Decimal(0))

    def hide(self, goes_with: Callable[[Key], Iterable[Key]] | None = None) -> tuple[set[Key], set[Key]]:
        """The printed quantities to leave out, small ones included; and the small ones nothing could protect.

        `goes_with` names what else is left out with a quantity whatever the table says.
        """
        hidden: set[Key] = set()

        def leave_out(keys: set[Key]) -> None:
            hidden.update(keys)
            for key in list(keys):
                hidden.update(goes_with(key) if goes_with else ())

        primaries = [key for key, quantity in self.quantities.items() if quantity.is_primary]
        leave_out(set(primaries))
        exposed = set()
        for key in primaries:
            changed = self._other_table(key, hidden)
            if changed is None:
                leave_out(self._linked(key))
                changed = self._other_table(key, hidden)
            if changed is None:
                exposed.add(key)
                continue
            leave_out({each for each in changed if self.quantities[each].is_printed})
        return hidden, exposed

    def is_safe(self, key: Key, hidden: set[Key]) -> bool:
        """Whether `key` could have another value when `hidden` and nothing else is left out."""
        return self._other_table(key, hidden, may_leave_out=False) is not None

    def _other_table(self, key: Key, hidden: set[Key], *, may_leave_out: bool = True) -> dict[Key, Step] | None:
        """The table that gives `key` another value and leaves the least out besides; None when none is found."""
        turn = count()
        waiting: list[tuple[int, int, int, dict[Key, Step]]] = []
        seen: set[frozenset[tuple[Key, Step]]] = set()

        def consider(cost: int, steps: dict[Key, Step]) -> None:
            if (signature := frozenset(steps.items())) not in seen:
                seen.add(signature)
                heapq.heappush(waiting, (cost, len(steps), next(turn), steps))

        for step in (-1, 1):
            if self.quantities[key].allows(self.quantities[key].value + step):
                consider(0, {key: step})
        for _ in range(_MOST_STEPS):
            if not waiting:
                return None
            cost, _, _, steps = heapq.heappop(waiting)
            choices = self._ways_to_balance(steps)
            if choices is None:
                return steps
            for other, step in choices:
                more = 0 if other in hidden else self.quantities[other].cost
                if more == 0 or may_leave_out:
                    consider(cost + more, {**steps, other: step})
        return None

    def _ways_to_balance(self, steps: dict[Key, Step]) -> list[tuple[Key, Step]] | None:
        """What could make up for the steps in the sum with the fewest ways to; None when every sum holds again."""
        fewest: list[tuple[Key, Step]] | None = None
        for number in sorted({number for key in steps for number in self._touching[key]}):
            relation = self._relations[number]
            off = sum(weight * steps.get(key, 0) for key, weight in relation.items())
            if off == 0:
                continue
            choices = [
                (key, step)
                for key, weight in relation.items()
                if key not in steps
                for step in (-1 if off * weight > 0 else 1,)
                if self._may_be_hidden(key) and self.quantities[key].allows(self.quantities[key].value + step)
            ]
            if fewest is None or len(choices) < len(fewest):
                fewest = choices
        return fewest

    def _may_be_hidden(self, key: Key) -> bool:
        # A zero is printed as it is, always: it points at nobody, and hidden it would be told from the others.
        quantity = self.quantities[key]
        return not quantity.is_printed or quantity.value > 0

    def _linked(self, key: Key) -> set[Key]:
        """Every printed quantity above zero that some chain of sums ties to `key`."""
        found, waiting = {key}, [key]
        while waiting:
            for number in self._touching[waiting.pop()]:
                for other in self._relations[number]:
                    if other not in found and self._may_be_hidden(other):
                        found.add(other)
                        waiting.append(other)
        return {each for each in found if self.quantities[each].is_printed}
