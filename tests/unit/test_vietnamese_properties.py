"""What holds for every text and every number, not only for the ones we thought of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from include.vietnamese import tcvn3
from include.vietnamese.dates import DateUnreadable, format_date, parse_date
from include.vietnamese.money import find_unit, read_unit
from include.vietnamese.numbers import NumberStyle, format_number, infer_style, parse_figure
from include.vietnamese.syllables import TONED, place_tones
from include.vietnamese.text import decode_legacy, describe_repairs, match_key, normalise, sort_key, strip_accents

SOME = settings(max_examples=80, deadline=None)

ALPHABET = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
LETTERS = ALPHABET + "".join(row[1:] for row in TONED.values())
vietnamese = st.text(alphabet=LETTERS + LETTERS.upper() + " 0123456789.,-()", max_size=40)
# The alphabet that provokes every repair: Latin-1, combining marks, invisible characters, misread UTF-8.
awkward = st.text(
    alphabet=st.one_of(
        st.characters(min_codepoint=0, max_codepoint=0xFF),
        st.sampled_from("\u0300\u0301\u0303\u0309\u0323\u0302\u200b\ufeff\u2009ĐƉđ–“”€™ŸŠ"),
        st.sampled_from(LETTERS),
    ),
    max_size=12,
)
syllables = st.sampled_from(
    "nước ngoài tỉnh đồng tháp văn hóa thông tin đối ngoại quốc tế báo chí hoạt động tuyên truyền hợp tác phường xã"
    " đầu tư viện trợ ngày tháng năm kỳ quý cuối giữa gìn khuỷu nghiêng thuở ở và của ưu tiên sở ủy ban".split()
)
numbers = st.decimals(min_value=-(10**12), max_value=10**12, places=3, allow_nan=False, allow_infinity=False)


@SOME
@given(st.one_of(vietnamese, awkward, st.text(max_size=20)))
def test_normalising_twice_changes_nothing(text):
    once = normalise(text)

    assert normalise(once) == once


@SOME
@given(st.one_of(vietnamese, awkward))
def test_a_key_ignores_how_the_text_was_stored(text):
    assert match_key(normalise(text)) == match_key(text)


@SOME
@given(st.lists(syllables, min_size=1, max_size=8).map(" ".join))
def test_correct_vietnamese_is_never_touched(text):
    assert decode_legacy(text) == (text, False)
    assert normalise(text) == place_tones(text)
    assert describe_repairs(text) == ()


@SOME
@given(st.lists(syllables, min_size=1, max_size=8).map(" ".join))
def test_encoding_to_tcvn3_and_back_loses_nothing(text):
    assert tcvn3.decode(tcvn3.encode(text)) == text


@SOME
@given(st.lists(syllables, min_size=2, max_size=8).map(" ".join))
def test_a_tcvn3_cell_is_decoded_to_its_text_or_left_alone(text):
    cell = tcvn3.encode(text)
    decoded, was_legacy = decode_legacy(cell)

    assert decoded == (text if was_legacy else cell)
    assert decode_legacy(decoded) == (decoded, False)


@SOME
@given(awkward)
def test_decoding_is_never_done_twice(text):
    decoded, was_legacy = decode_legacy(text)

    assert decode_legacy(decoded) == (decoded, False)
    assert was_legacy == (decoded != text)


@SOME
@given(st.text(alphabet=ALPHABET, min_size=1, max_size=6), st.text(alphabet=ALPHABET, min_size=1, max_size=6))
def test_words_without_tones_sort_by_the_alphabet(one, other):
    assume(not decode_legacy(one)[1] and not decode_legacy(other)[1])

    def places(word):
        return [ALPHABET.index(letter) for letter in word]

    assert (sort_key(one) < sort_key(other)) == (places(one) < places(other))


@SOME
@given(st.one_of(vietnamese, st.text(max_size=20)))
def test_a_sort_key_is_plain_and_ignores_case(text):
    key = sort_key(text)

    assert key == "" or (key.isascii() and key.isalnum() and key == key.lower())


@SOME
@given(vietnamese)
def test_stripping_accents_leaves_ascii(text):
    assert strip_accents(text).isascii()


@SOME
@given(numbers)
def test_a_written_number_is_read_back(value):
    figure = parse_figure(format_number(value), NumberStyle.vietnamese)

    assert (figure.value, figure.code) == (value, None)


@SOME
@given(st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1))
def test_a_whole_number_reads_the_same_as_cell_and_as_text(value):
    assert parse_figure(value, None).value == parse_figure(format_number(Decimal(value)), NumberStyle.vietnamese).value


@SOME
@given(st.floats(min_value=-1e14, max_value=1e14, allow_nan=False))
def test_a_true_number_is_taken_to_fifteen_digits(value):
    read = parse_figure(value, None).value

    assert read is not None
    assert abs(float(read) - value) <= max(abs(value) * 1e-14, 1e-10)


@SOME
@given(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.text(max_size=30), awkward),
    st.sampled_from([None, *NumberStyle]),
    st.booleans(),
)
def test_every_cell_gets_a_figure_or_a_reason(raw, style, accepts_percent):
    figure = parse_figure(raw, style, accepts_percent=accepts_percent, unit_factor=Decimal(1000), base_unit="USD")

    assert (figure.value is not None) == (figure.state in ("reported", "nil"))
    assert (figure.code is not None) == bool(figure.detail) == bool(figure.expected)
    assert (figure.state == "unreadable") <= (figure.code is not None)
    assert figure.value is None or figure.value.is_finite()


@SOME
@given(st.lists(st.one_of(numbers.map(format_number), awkward), max_size=6))
def test_looking_for_a_style_never_fails(texts):
    assert infer_style(texts) in (None, *NumberStyle)


@SOME
@given(st.lists(numbers.map(format_number), min_size=1, max_size=6))
def test_vietnamese_numbers_are_never_taken_for_international_ones(texts):
    assert infer_style(texts) is not NumberStyle.international or not any("," in text for text in texts)


@SOME
@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31)))
def test_a_written_date_is_read_back(day):
    assert parse_date(format_date(day)) == day


@SOME
@given(st.one_of(st.floats(), st.integers(), st.text(max_size=20), st.booleans(), awkward))
def test_a_date_is_read_or_refused_with_a_reason(raw):
    try:
        day, refusal = parse_date(raw), None
    except DateUnreadable as problem:
        day, refusal = None, problem

    assert day is None or 1990 <= day.year <= 2099
    assert refusal is None or (refusal.code.startswith("DATE_") and refusal.expected)


@SOME
@given(awkward)
def test_no_unit_line_breaks_the_reader(text):
    for unit in (read_unit(text), find_unit(text)):
        assert unit is None or (unit.base_unit and unit.factor >= 1)
