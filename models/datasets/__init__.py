"""Data sets of line crops: as folders, in the object store, gathered from what officers corrected."""

from models.datasets.folder import DataSet, DataSetDamaged, DataSetInvalid, SetLine, load_crop, read_set
from models.datasets.written import Facts, NewLine, write_set

__all__ = [
    "DataSet",
    "DataSetDamaged",
    "DataSetInvalid",
    "Facts",
    "NewLine",
    "SetLine",
    "load_crop",
    "read_set",
    "write_set",
]
