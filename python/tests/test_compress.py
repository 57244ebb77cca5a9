import json

import numpy as np
import pytest

import deep_compression as dc

# A search of few and short trainings: small networks learn fast.
SHORT = {"prune.retrain.epochs": 3, "quantize.fine_tune.epochs": 2}


def test_without_a_budget_it_quantizes(trained, clouds):
    result = dc.compress(trained, clouds, settings={"quantize.bits": 4}, progress=False)
    assert result.curve == [] and result.report.file_bytes == len(result)
    for weight in result.decode().weights():
        assert len(weight["codebook"]) <= 16
    session = result.load()
    error = 100 * np.mean(session(clouds[2]).argmax(axis=1) != clouds[3])
    assert result.report.error_percent == pytest.approx(error)


def test_nothing_but_a_model(trained):
    result = dc.compress(trained, progress=False)
    assert result.report.error_percent is None and len(result) < result.report.baseline_bytes


def test_the_smallest_file_within_a_budget(trained, clouds, tmp_path):
    result = dc.compress(
        trained, clouds, max_error_increase=3, settings=SHORT, bisections=1,
        directory=tmp_path / "out", progress=False,
    )  # fmt: skip
    result.save(tmp_path / "model.dcz")
    assert (tmp_path / "model.dcz").read_bytes() == (tmp_path / "out/model.dcz").read_bytes()
    assert len(result.curve) >= 2 and result.curve[0].density == 0.1
    report = result.report
    assert report.error_percent <= report.baseline_error_percent + 3
    kept = json.loads((tmp_path / "out/report.json").read_text())["curve"]
    assert [(p["density"], p["file_bytes"]) for p in kept] == [(p.density, p.bytes) for p in result.curve]

    # The same call goes on from what is there: nothing is trained again.
    jobs = []
    again = dc.compress(
        trained, clouds, max_error_increase=3, settings=SHORT, bisections=1,
        directory=tmp_path / "out", progress=jobs.append,
    )  # fmt: skip
    assert again.data == result.data
    assert not any(event.kind == "begin" and event.name == "retrain" for event in jobs)


def test_a_goal_that_is_missed_keeps_the_result(trained, clouds):
    with pytest.raises(dc.GoalNotMet, match="ratio") as caught:
        dc.compress(trained, clouds, settings={"goal.min_ratio": 1000}, progress=False)
    assert caught.value.result.report.ratio < 1000


def test_a_budget_that_nothing_meets(trained, clouds):
    with pytest.raises(dc.GoalNotMet) as caught:
        dc.compress(trained, clouds, target_bytes=50, settings=SHORT, progress=False)
    assert caught.value.result is None


def test_by_calibration(trained, clouds):
    result = dc.compress(trained, clouds, calibrate=clouds[0][:200], progress=False)
    assert result.report.error_percent < 10


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (dict(max_error=1, max_error_increase=1), "one budget"),
        (dict(max_error=1), "there is no data"),
        (dict(max_error_increase=1, calibrate=np.zeros((4, 16), np.float32)), "trains"),
        (dict(settings={"quantize.colour": 1}), "no such setting"),
    ],
)
def test_arguments_that_contradict_each_other(trained, clouds, arguments, words):
    data = None if arguments == dict(max_error=1) else clouds
    with pytest.raises(dc.UsageError, match=words):
        dc.compress(trained, data, progress=False, **arguments)
