"""Settings of a stage: keyword arguments with the names of the tools' options, from one table in the
library (proto/recipe.proto)."""

from __future__ import annotations

import re
from typing import Callable, List, Mapping, NamedTuple, Tuple, TypeVar, Union

import numpy as np

from . import _core
from .errors import UsageError

# Per layer: {"conv": 8, "fc1.weight": 5}. Keys are kinds, names, patterns with * and ?, or "*".
Setting = Union[str, int, float, bool, Mapping[str, Union[str, int, float]]]


class SettingInfo(NamedTuple):
    """A setting of a stage. `default` is "" where there is none to show."""

    name: str
    default: str
    help: str
    is_switch: bool


def settings(stage: str) -> List[SettingInfo]:
    """The settings of `stage` ("train", "prune", "quantize" or "encode"), those of its training
    included: the keyword arguments of the function of that name. UsageError for another name."""
    if stage not in ("train", "prune", "quantize", "encode"):
        raise UsageError(f"no stage '{stage}'", "stage", "name train, prune, quantize or encode")
    return [
        SettingInfo(name.replace("-", "_"), default, help_text, is_switch)
        for name, _, default, help_text, is_switch in _core.settings(stage)
    ]


def text_of(value: Setting) -> str:
    """A value as the library reads it."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return ",".join(f"{_key(key)}={text_of(v)}" for key, v in value.items())
    return repr(value) if isinstance(value, float) else str(value)


def _key(key: str) -> str:
    """The key of a layer; * and ? keep their meaning."""
    return key if key.startswith('"') else re.sub(r'([,"= \\])', r"\\\1", key)


def flags(stage: str, given: Mapping[str, Setting]) -> List[Tuple[str, str]]:
    """`given` as the library takes it; UsageError for a name that the stage does not have."""
    known = {info.name: info for info in settings(stage)}
    result = []
    for name, value in given.items():
        info = known.get(name.rstrip("_"))  # lambda is a word of Python's: lambda_
        if info is None:
            raise UsageError(
                f"{stage} has no setting '{name}'", "", "it has " + ", ".join(sorted(known))
            )
        if value is None or (info.is_switch and value is False):
            continue
        result.append((info.name.replace("_", "-"), text_of(value)))
    return result


F = TypeVar("F", bound=Callable[..., object])


def documented(stage: str) -> Callable[[F], F]:
    """Adds the settings of `stage` to a function's documentation."""

    def add(function: F) -> F:
        lines = []
        for info in settings(stage):
            default = f" (default {info.default})" if info.default else ""
            lines.append(f"        {info.name}: {info.help}{default}")
        function.__doc__ = (function.__doc__ or "").rstrip() + "\n\n    Settings:\n"
        function.__doc__ += "\n".join(lines) + "\n"
        return function

    return add
