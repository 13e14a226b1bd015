"""Config: every option of the tracker, a small frozen config a stage, and the named presets."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from .backprojection import ColorConfig
from .confidence import JOINT_CONFIDENCE, ConfidenceConfig
from .errors import ConfigError
from .layout import PatchConfig

__all__ = ["PRESETS", "TrackerConfig", "config_of"]


@dataclass(frozen=True, slots=True)
class TrackerConfig:
    """All options of a tracker.

    Examples
    --------
    The textbook's hue histogram instead of joint colors with texture:

    >>> from tracker import ColorConfig
    >>> TrackerConfig(color=ColorConfig(space="hue", texture=False)).color.space
    'hue'
    """

    patch: PatchConfig = field(default_factory=PatchConfig)
    color: ColorConfig = field(default_factory=ColorConfig)
    confidence: ConfidenceConfig = field(default_factory=ConfidenceConfig)
    structure: bool = False
    """Join color with structure: ten times the time, and much more accurate."""

    def __post_init__(self) -> None:
        if not isinstance(self.structure, bool):
            raise ConfigError(f"structure {self.structure!r}: expected True or False")

    def to_dict(self) -> dict[str, Any]:
        """Give the options as plain numbers, texts and lists."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, options: dict[str, Any]) -> TrackerConfig:
        """Read what :meth:`to_dict` gave, also after a turn through JSON.

        Raises
        ------
        ConfigError
            If an option is unknown or has a value it cannot have.
        """
        try:
            color = dict(options["color"])
            if color["bins"] is not None:
                color["bins"] = tuple(color["bins"])
            return cls(
                PatchConfig(**options["patch"]),
                ColorConfig(**color),
                ConfidenceConfig(**options["confidence"]),
                options["structure"],
            )
        except KeyError as error:
            raise ConfigError(
                f"options {options}: {error} is missing; to_dict gives all"
            ) from error
        except TypeError as error:
            raise ConfigError(f"options {options}: not those of this version ({error})") from error


PRESETS: dict[str, TrackerConfig] = {
    # Color is seen as far as structure, so that their maps cover the same places.
    "robust": TrackerConfig(PatchConfig(padding=2.5), confidence=JOINT_CONFIDENCE, structure=True),
    "fast": TrackerConfig(),
}


def config_of(preset: str | None = None, config: TrackerConfig | None = None) -> TrackerConfig:
    """Give *config*, or the configuration that *preset* names; ``"robust"`` when neither is given.

    Raises
    ------
    ConfigError
        If both are given, *config* is no configuration, or there is no preset of that name.
    """
    if config is None:
        name = "robust" if preset is None else preset
        if not isinstance(name, str) or name not in PRESETS:
            raise ConfigError(f"preset {name!r}: expected one of {', '.join(PRESETS)}")
        return PRESETS[name]
    if not isinstance(config, TrackerConfig):
        raise ConfigError(f"config {config!r}: expected a TrackerConfig; a name is given as preset")
    if preset is not None:
        raise ConfigError(
            f"preset {preset!r} beside a config: expected one of the two; a config has all options"
        )
    return config
