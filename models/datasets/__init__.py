"""Data sets of line crops: as folders, in the object store, gathered from what officers corrected."""

from models.datasets.folder import DataSet, DataSetDamaged, DataSetInvalid, SetLine, load_crop, read_set
from models.datasets.written import DataSetExists, Facts, NewLine, copy_set, require_new, write_set

__all__ = [
    "DataSet",
    "DataSetDamaged",
    "DataSetExists",
    "DataSetInvalid",
    "Facts",
    "NewLine",
    "SetLine",
    "copy_set",
    "load_crop",
    "read_set",
    "require_new",
    "write_set",
]
