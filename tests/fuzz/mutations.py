"""Random changes to an input without a fuzzer: what `make test` tries on every machine, from a fixed seed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

_LENGTHS = (1, 1, 1, 2, 4, 16)


def mutated(content: bytes, pool: Sequence[bytes], words: Sequence[str], random: Random, longest: int) -> bytes:
    """The input with one to four changes: bytes flipped, cut, repeated, or taken from another input or the words."""
    changed = bytearray(content)
    for _ in range(random.randint(1, 4)):
        place = random.randint(0, len(changed))
        length = random.choice(_LENGTHS)
        kind = random.randrange(6)
        if kind == 0 and changed:
            changed[min(place, len(changed) - 1)] ^= 1 << random.randrange(8)
        elif kind == 1:
            del changed[place : place + length]
        elif kind == 2:
            changed[place:place] = random.randbytes(length)
        elif kind == 3:
            start = random.randint(0, len(changed))
            changed[place:place] = changed[start : start + 8 * length]
        elif kind == 4 and words:
            changed[place:place] = random.choice(words).encode()
        else:
            other = random.choice(pool)
            changed = changed[:place] + other[random.randint(0, len(other)) :]
    return bytes(changed[:longest])
