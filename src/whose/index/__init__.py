"""All rules compiled into one immutable OwnershipIndex, the only place that knows what patterns mean."""

from whose.index.compiling import compile_index, index_of, mistakes_in_files
from whose.index.layers import DeclaredLayer, Layer, NearbyLayer, PathLayer, PrefixLayer, Subject
from whose.index.ownership import AMBIGUOUS_PATH, UNCLAIMED_HANDLE, OwnershipIndex

__all__ = [
    "AMBIGUOUS_PATH",
    "UNCLAIMED_HANDLE",
    "DeclaredLayer",
    "Layer",
    "NearbyLayer",
    "OwnershipIndex",
    "PathLayer",
    "PrefixLayer",
    "Subject",
    "compile_index",
    "index_of",
    "mistakes_in_files",
]
