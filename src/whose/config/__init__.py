"""One frozen Config, read once from every place that may configure us, with all mistakes reported together."""

from whose.config.checking import Checker
from whose.config.mappings import CATCH_ALL, DEFAULT, MAPPING
from whose.config.places import Place, find_file, load_file
from whose.config.reading import read_config
from whose.config.settings import COST_PARTS, ORDER, Config, FileSetting, Root

__all__ = [
    "CATCH_ALL",
    "COST_PARTS",
    "DEFAULT",
    "MAPPING",
    "ORDER",
    "Checker",
    "Config",
    "FileSetting",
    "Place",
    "Root",
    "find_file",
    "load_file",
    "read_config",
]
