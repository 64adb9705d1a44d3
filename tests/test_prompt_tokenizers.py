"""How tokens are counted, and where a text ends that may take no more."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.prompts.tokenizers import NAMES, UnknownTokenizer, tokenizer_named

TEXTS = st.one_of(
    st.text(max_size=120),
    st.text("ab \n\t.,漢가é\u0301\u202e{}👩\u200d🏽𓀀", max_size=120),
    st.text("Abc012 '\n", max_size=200),
)
ENDLESS = {
    "prose": "The quick brown fox, jumps over. ",
    "one word": "a",
    "blanks": " ",
    "line ends": "\n",
    "no script": "!?",
    "combining": "e\u0301",
    "astral": "𓀀",
}
OFFLINE = """
import sys
def forbidden(event, arguments):
    if event.startswith("socket."):
        raise AssertionError(event)
sys.addaudithook(forbidden)
from muster.prompts.tokenizers import tokenizer_named
for name in ("o200k", "cl100k"):
    print(tokenizer_named(name).count("Real tokens, without a network: <|endoftext|>"))
"""


@pytest.mark.requirement("MU-PRM-6016")
@pytest.mark.parametrize("name", NAMES)
@given(text=TEXTS, most=st.integers(-1, 80))
@settings(deadline=None, max_examples=300)
def test_a_cut_text_is_a_beginning_that_keeps_the_limit_and_is_shorter_only_where_it_must(
    name: str, text: str, most: int
) -> None:
    tokenizer = tokenizer_named(name)

    kept = tokenizer.cut(text, most)

    assert text.startswith(kept)
    assert kept == kept.encode("utf-8").decode("utf-8")
    assert tokenizer.count(kept) <= max(most, 0)
    assert (kept == text) == (tokenizer.count(text) <= max(most, 0))
    assert tokenizer.cut(kept, most) == kept


@pytest.mark.parametrize("name", ["chars", "words"])
@given(text=TEXTS, most=st.integers(0, 80))
@settings(deadline=None)
def test_the_embedded_tokenizers_keep_the_longest_beginning(name: str, text: str, most: int) -> None:
    tokenizer = tokenizer_named(name)

    kept = tokenizer.cut(text, most)

    fitting = [size for size in range(len(text) + 1) if tokenizer.count(text[:size]) <= most]
    assert len(kept) == max(fitting)


@pytest.mark.requirement("MU-PRM-6016")
@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("The gate, closed.", 5, id="words and punctuation"),
        pytest.param("漢字 かな 가나", 6, id="each CJK character"),
        pytest.param("a  b", 3, id="two spaces are a token"),
        pytest.param("a\n\nb", 3, id="a blank line is a token"),
        pytest.param(" " * 40, 3, id="blanks are bounded"),
        pytest.param("a" * 40, 3, id="words are bounded"),
        pytest.param("cafe\u0301 naïve", 2, id="marks belong to their word"),
        pytest.param("\u202eשלום", 2, id="a control of direction is a token"),
        pytest.param("👩\u200d👩", 3, id="each code point of an emoji"),
    ],
)
def test_words_are_counted_by_their_own_table(text: str, count: int) -> None:
    assert tokenizer_named("words").count(text) == count


@pytest.mark.requirement("MU-PRM-6016")
def test_a_byte_pair_encoding_leaves_no_broken_character() -> None:
    tokenizer = tokenizer_named("o200k")
    text = "👩\u200d👧𓀀𓀁"  # several tokens for each character

    kept = [tokenizer.cut(text, most) for most in range(tokenizer.count(text) + 1)]

    # The first, second and third byte of a hieroglyph are tokens, and none of them is left.
    assert (
        kept
        == ["", "", "👩", "👩\u200d", "👩\u200d👧"[:2], *["👩\u200d👧"] * 4, *["👩\u200d👧𓀀"] * 4, text][: len(kept)]
    )


@pytest.mark.requirement("MU-PRM-6016")
def test_the_vocabularies_need_no_network() -> None:
    done = subprocess.run([sys.executable, "-c", OFFLINE], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr, done.returncode) == ("14\n13\n", "", 0)


@pytest.mark.requirement("MU-PRM-6016")
def test_names_carry_a_version_and_each_is_taken_back() -> None:
    names = [tokenizer_named(name).name for name in NAMES]

    assert [name.partition("@")[0] for name in names] == list(NAMES)
    assert names[:2] == ["chars@1", "words@1"]
    assert names == [tokenizer_named(name).name for name in names]


@pytest.mark.parametrize(
    ("name", "message", "remedy"),
    [
        ("", "there is no tokenizer ``", "use one of chars, words, o200k, cl100k"),
        ("gpt", "there is no tokenizer `gpt`", "use one of chars, words, o200k, cl100k"),
        (
            "words@9",
            "`words@9` is asked for, and here is `words@1`",
            "compile again with `words`, or install what gave `words@9`",
        ),
    ],
    ids=["empty", "unknown", "another version"],
)
def test_a_tokenizer_that_is_not_there_is_named(name: str, message: str, remedy: str) -> None:
    with pytest.raises(UnknownTokenizer) as raised:
        tokenizer_named(name)

    assert (str(raised.value), raised.value.remedy) == (message, remedy)


@pytest.mark.requirement("MU-PRM-6016")
def test_without_the_extra_the_error_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['rs_bpe'] = None\n"
        "from muster.prompts.tokenizers import UnknownTokenizer, tokenizer_named\n"
        "try: tokenizer_named('o200k')\n"
        "except UnknownTokenizer as error: print(error.remedy)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.stdout, done.returncode) == ("install it: pip install 'mkdocs-muster[tokens]'\n", 0), done.stderr


@pytest.mark.requirement("MU-PRM-6016")
@pytest.mark.parametrize("kind", ENDLESS)
@pytest.mark.parametrize("name", NAMES)
def test_the_cost_of_counting_and_cutting_grows_with_the_length_and_no_faster(name: str, kind: str) -> None:
    tokenizer = tokenizer_named(name)

    def seconds(size: int) -> float:
        text = ENDLESS[kind] * (size // len(ENDLESS[kind]))
        before = time.process_time()
        most = tokenizer.count(text) // 2
        assert tokenizer.count(tokenizer.cut(text, most)) <= most
        return time.process_time() - before

    # Ten times the text; a cost by the square would be a hundred times as much.
    assert seconds(1_000_000) < 50 * max(seconds(100_000), 0.002)
