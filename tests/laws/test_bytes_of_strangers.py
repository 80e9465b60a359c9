"""Law: whatever bytes a stranger sends, a parser gives a value or its own error; nothing else may leave it."""

import importlib.util
import random
from pathlib import Path

import pytest

FUZZ = Path(__file__).parents[2] / "fuzz"


def target(name: str):
    spec = importlib.util.spec_from_file_location(name, FUZZ / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_assembler_yields_whole_messages_or_a_peer_error():
    fuzz = target("fuzz_assembler")
    chance = random.Random(2026)
    scripts = [chance.choice([b"", b"\x0b\0"]) + chance.randbytes(chance.randint(0, 60)) for _ in range(3000)]
    for script in scripts:
        fuzz.one(script)
    assert any(len(fuzz.fragments(script)) > 3 for script in scripts)


@pytest.mark.parametrize("seed", range(4))
def test_the_skim_says_the_same_however_a_damaged_data_set_is_cut(seed):
    fuzz = target("fuzz_skim")
    chance = random.Random(seed)
    outcomes = {"values": 0, "errors": 0}
    for _ in range(250):
        syntax = chance.choice(fuzz.SYNTAXES)
        data = fuzz.damaged(fuzz.SEEDS[syntax], chance)
        fuzz.one(data, syntax, [chance.randint(0, 20) for _ in range(100)])
        outcomes["values" if isinstance(fuzz.reading(data, syntax, []), dict) else "errors"] += 1
    assert min(outcomes.values()) > 10
