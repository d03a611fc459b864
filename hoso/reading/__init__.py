"""Reading files without any service: the same stages and models as the whole system, in one process."""
